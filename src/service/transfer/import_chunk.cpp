#include "service/transfer/import_chunk.h"

#include <chrono>
#include <deque>
#include <utility>

#include "core/mutex.h"

namespace croquis::service {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{32} << 20U;

}  // namespace

/// Has the batcher look at drawings, so many at a time. Shared with what the batcher calls back,
/// which may still run when the last drawing is known.
class ImportChunk::Looking : public std::enable_shared_from_this<Looking> {
  public:
    Looking(recognition::Batcher& batcher, const ImportOptions& options)
        : batcher_(batcher), in_flight_limit_(options.in_flight), asker_{options.asker, nullptr} {}

    void add(PendingImport* pending) {
        const MutexLock lock(mutex_);
        waiting_.push_back(pending);
        ++unfinished_;
    }

    /// Gives the batcher what it may have.
    void go_on() {
        while (PendingImport* const next = take()) {
            const auto done = [self = shared_from_this(),
                               next](Result<recognition::RecognitionResult> found) {
                self->finish(next, std::move(found));
            };
            if (next->prepared)
                batcher_.recognise(*next->prepared, asker_, done);
            else
                batcher_.recognise(next->import.submission.image, asker_, done);
        }
    }

    /// Waits until all are looked at; gives up those that were not begun where it is stopped.
    void wait(const std::function<bool()>& is_stopped) {
        constexpr std::chrono::milliseconds pause{20};
        constexpr std::chrono::milliseconds glance{200};
        MutexLock lock(mutex_);
        while (unfinished_ > 0) {
            // Where the batcher has no room, it may soon have some.
            const auto until = std::chrono::steady_clock::now() + (refused_ ? pause : glance);
            while (unfinished_ > 0 && changed_.wait_until(mutex_, until)) {
            }
            if (is_stopped && is_stopped()) give_up();
            if (!std::exchange(refused_, false)) continue;
            lock.unlock();
            go_on();
            lock.lock();
        }
    }

    void abandon() {
        wait([] { return true; });
    }

  private:
    PendingImport* take() {
        const MutexLock lock(mutex_);
        if (refused_ || waiting_.empty() || in_flight_ >= in_flight_limit_) return nullptr;
        ++in_flight_;
        PendingImport* const next = waiting_.front();
        waiting_.pop_front();
        return next;
    }

    void give_up() CROQUIS_REQUIRES(mutex_) {
        unfinished_ -= waiting_.size();
        waiting_.clear();
    }

    /// A refusal comes on the thread that asked, which then asks for no more; everything else on
    /// one of the batcher's.
    void finish(PendingImport* pending, Result<recognition::RecognitionResult> found) {
        const bool refused = !found && found.error().kind == ErrorKind::unavailable;
        {
            const MutexLock lock(mutex_);
            --in_flight_;
            if (refused) {
                waiting_.push_front(pending);
                refused_ = true;
                return;
            }
            pending->recognised = std::move(found);
            if (--unfinished_ == 0) changed_.notify_all();
        }
        go_on();
    }

    recognition::Batcher& batcher_;
    const std::size_t in_flight_limit_;
    const recognition::Asker asker_;
    Mutex mutex_;
    ConditionVariable changed_;
    std::deque<PendingImport*> waiting_ CROQUIS_GUARDED_BY(mutex_);
    std::size_t in_flight_ CROQUIS_GUARDED_BY(mutex_) = 0;
    std::size_t unfinished_ CROQUIS_GUARDED_BY(mutex_) = 0;
    bool refused_ CROQUIS_GUARDED_BY(mutex_) = false;  ///< not to be asked for a moment
};

ImportChunk::~ImportChunk() {
    if (looking_) looking_->abandon();
}

void ImportChunk::add(PendingImport pending) {
    bytes_ += pending.import.submission.image.size() + pending.import.submission.strokes.size();
    pending_.push_back(std::make_unique<PendingImport>(std::move(pending)));
}

bool ImportChunk::full() const {
    return pending_.size() >= most_ || bytes_ >= chunk_bytes;
}

void ImportChunk::recognise(recognition::Batcher& batcher, const ImportOptions& options) {
    looking_ = std::make_shared<Looking>(batcher, options);
    for (auto& pending : pending_)
        if (!pending->was_there && !pending->was_deleted()) looking_->add(pending.get());
    looking_->go_on();
}

void ImportChunk::wait(const std::function<bool()>& is_stopped) {
    if (looking_) looking_->wait(is_stopped);
}

}  // namespace croquis::service
