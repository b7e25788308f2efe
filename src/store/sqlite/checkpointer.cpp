#include "store/sqlite/checkpointer.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "core/this_thread.h"
#include "store/failure.h"

namespace croquis::store::sqlite {

Checkpointer::Checkpointer(std::string path, const LogSizes& sizes)
    : path_(std::move(path)), sizes_(sizes) {
    boost::asio::post(pool_, [] {
        name_this_thread("checkpoint");
        give_way_to_other_threads();
    });
}

Checkpointer::~Checkpointer() {
    stop();
}

void Checkpointer::watch(Connection& writer) {
    writer.on_commit([this, &writer](int pages) { committed(writer, pages); });
}

void Checkpointer::stop() {
    pool_.join();
}

void Checkpointer::committed(Connection& writer, int pages) {
    if (copying_) return;
    if (pages < copied_) copied_ = 0;  // the log began anew
    const int left = pages - copied_;
    const bool large = pages >= sizes_.large;
    if (large && (left < sizes_.few || pages >= 2 * sizes_.large)) {
        copied_ = writer.checkpoint();
    } else if (left >= (large ? sizes_.few : sizes_.enough)) {
        copying_ = true;
        boost::asio::post(pool_, [this] { copy(); });
    }
}

/// What is committed stands in the log, whether it can be copied now or not.
void Checkpointer::copy() {
    const auto copied = guarded([&] {
        if (!connection_) connection_ = std::make_unique<Connection>(path_, Mode::read_write);
        const int pages = connection_->checkpoint();
        connection_->sync();
        return pages;
    });
    if (copied) copied_ = *copied;
    copying_ = false;
}

}  // namespace croquis::store::sqlite
