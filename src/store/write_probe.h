#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "core/error.h"
#include "core/mutex.h"
#include "store/failure.h"

namespace croquis::store {

/// Whether a write can succeed now: known from the writes that there are, and where there are none,
/// found out by one of its own, at most one in a few seconds. Thread-safe.
class WriteProbe {
  public:
    using Clock = std::chrono::steady_clock;
    using Write = std::function<Result<void>()>;
    using Now = std::function<Clock::time_point()>;

    static constexpr std::chrono::seconds good_for{5};  ///< after a write that succeeded
    static constexpr std::chrono::seconds bad_for{2};   ///< after one that did not

    /// `write` writes a little, durably, and leaves nothing behind.
    explicit WriteProbe(Write write, Now now = Clock::now)
        : write_(std::move(write)), now_(std::move(now)) {}

    /// What the last write came to, or where that is long ago, what a new one comes to: while one
    /// caller writes, others wait for what it finds.
    Result<void> check();

    /// Runs `write`, remembers what it came to, and returns or throws what it does.
    template <class Work>
    auto watch(Work&& write) {
        try {
            auto result = write();
            note({});
            return result;
        } catch (const Failure& failure) {
            if (failure.error().kind == ErrorKind::unavailable) note(failure.error());
            throw;
        }
    }

  private:
    void note(Result<void> outcome);
    std::optional<Result<void>> known();

    const Write write_;
    const Now now_;
    Mutex writing_;
    Mutex mutex_;
    Result<void> last_ CROQUIS_GUARDED_BY(mutex_);
    Clock::time_point known_until_ CROQUIS_GUARDED_BY(mutex_){};
};

}  // namespace croquis::store
