#pragma once

#include <chrono>

#include "core/mutex.h"

namespace croquis::store {

/// Keeps callers from waiting, one after another, for a database that was found silent: they are
/// refused at once, but for one now and then who tries it again. Thread-safe.
class Breaker {
  public:
    using Clock = std::chrono::steady_clock;

    explicit Breaker(Clock::duration pause = std::chrono::seconds(1)) : pause_(pause) {}

    /// What a caller at `at` should do.
    enum class Turn {
        go,      ///< the database answered when it was last asked
        retry,   ///< it was silent; find out, on a fresh connection, and say so below
        refused  ///< it was silent, a short while ago
    };
    Turn turn(Clock::time_point at = Clock::now());

    void answered();
    void silent(Clock::time_point at = Clock::now());

  private:
    const Clock::duration pause_;
    Mutex mutex_;
    bool silent_ CROQUIS_GUARDED_BY(mutex_) = false;
    Clock::time_point again_at_ CROQUIS_GUARDED_BY(mutex_){};
};

}  // namespace croquis::store
