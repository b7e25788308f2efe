#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <deque>

#include "core/mutex.h"

namespace croquis::portal {

/// So many may work at a time; the next wait, first come first served, in a bounded queue.
/// Thread-safe: whoever waits is resumed on their own executor.
class Slots {
  public:
    Slots(std::size_t count, std::size_t max_waiting) : free_(count), max_waiting_(max_waiting) {}

    /// False where none came free in `patience`, or too many wait already. After true, give_back()
    /// is owed.
    boost::asio::awaitable<bool> take(std::chrono::milliseconds patience);
    void give_back();

  private:
    class Waiter;

    Mutex mutex_;
    std::size_t free_ CROQUIS_GUARDED_BY(mutex_);
    std::size_t max_waiting_;
    std::deque<Waiter*> waiting_ CROQUIS_GUARDED_BY(mutex_);
};

}  // namespace croquis::portal
