#include "cli/interruption.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <system_error>
#include <thread>
#include <utility>

#include "core/this_thread.h"

namespace croquis::cli {
namespace {

bool is_ignored(int signal) {
    struct sigaction action {};
    return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

/// Waits for the signals on a thread of its own, which may do what a signal's handler may not.
class GoneIfInterrupted::Watch {
  public:
    explicit Watch(std::vector<std::filesystem::path> files) : files_(std::move(files)) {
        for (const int signal : {SIGINT, SIGTERM})
            if (!is_ignored(signal)) signals_.add(signal);
        signals_.async_wait([this](const boost::system::error_code& failed, int signal) {
            if (!failed) end_by(signal);
        });
        thread_ = std::thread([this] {
            name_this_thread("signals");
            io_.run();
        });
    }
    ~Watch() {
        io_.stop();
        thread_.join();
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

  private:
    void end_by(int signal) {
        std::error_code ignored;
        for (const auto& file : files_) std::filesystem::remove(file, ignored);
        // As if nothing had caught it: whoever started the program sees what ended it.
        boost::system::error_code failed;
        signals_.clear(failed);
        ::raise(signal);
    }

    const std::vector<std::filesystem::path> files_;
    boost::asio::io_context io_{1};
    boost::asio::signal_set signals_{io_};
    std::thread thread_;
};

GoneIfInterrupted::GoneIfInterrupted(std::vector<std::filesystem::path> files)
    : watch_(std::make_unique<Watch>(std::move(files))) {}

GoneIfInterrupted::~GoneIfInterrupted() = default;

}  // namespace croquis::cli
