#include "server/termination.h"

#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdlib>
#include <utility>

#include "core/this_thread.h"

namespace croquis::server {

Termination::Termination(std::chrono::milliseconds within)
    : within_(within), signals_(io_, SIGINT, SIGTERM) {
    wait_for_signal();
    thread_ = std::thread([this] {
        name_this_thread("signals");
        io_.run();
    });
}

Termination::~Termination() {
    io_.stop();
    thread_.join();
}

void Termination::started(std::function<void()> stop) {
    const MutexLock lock(mutex_);
    stop_ = std::move(stop);
}

void Termination::wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& failed, int) {
        if (!failed) told();
    });
}

void Termination::told() {
    const MutexLock lock(mutex_);
    if (told_) {
        spdlog::warn("told to stop a second time: ending at once");
        std::_Exit(EXIT_FAILURE);
    }
    if (!stop_) {
        spdlog::info("told to stop before it had started");
        std::_Exit(EXIT_SUCCESS);
    }
    told_ = true;
    spdlog::info("stopping");
    stop_();
    timer_.expires_after(within_);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled) return;
        spdlog::critical("not stopped within {} ms: ending at once; what was answered is stored",
                         within_.count());
        std::_Exit(EXIT_FAILURE);
    });
    wait_for_signal();
}

}  // namespace croquis::server
