#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace croquis {

/// Sleeps for `time`, or until a stop is requested. False where it was.
inline bool sleep_unless_stopped(const std::stop_token& stop, std::chrono::milliseconds time) {
    std::mutex mine;
    std::condition_variable_any never;
    std::unique_lock lock(mine);
    never.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace croquis
