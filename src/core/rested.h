#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/mutex.h"

namespace croquis {

/// An answer that takes work, and that many ask for. One that took long is used again for twenty
/// times as long as it took (5% of one core at most), and one that was quick not at all. While one
/// caller works at it anew the others get the last one; an error is nobody's but his. Thread-safe.
template <class Value>
class Rested {
  public:
    using Clock = std::chrono::steady_clock;
    using Work = std::function<Result<Value>()>;

    /// `now` is asked for the time; thread-safe. What takes no more than `quick` is quick.
    explicit Rested(std::function<Clock::time_point()> now = Clock::now,
                    std::chrono::milliseconds quick = std::chrono::milliseconds(20))
        : now_(std::move(now)), quick_(quick) {}

    /// What `work` returns or returned; throws what it throws.
    Result<Value> get(const Work& work) {
        {
            const MutexLock lock(mutex_);
            if (last_ && (working_ || now_() < fresh_until_)) return *last_;
            working_ = true;
        }
        return work_anew(work);
    }

  private:
    static constexpr int rest = 20;

    Result<Value> work_anew(const Work& work) {
        const auto start = now_();
        try {
            auto made = work();
            const MutexLock lock(mutex_);
            working_ = false;
            if (made) keep(*made, now_() - start);
            return made;
        } catch (...) {
            const MutexLock lock(mutex_);
            working_ = false;
            throw;
        }
    }

    void keep(const Value& made, Clock::duration took) CROQUIS_REQUIRES(mutex_) {
        last_.reset();
        if (took > quick_) last_ = made;
        fresh_until_ = now_() + took * rest;
    }

    const std::function<Clock::time_point()> now_;
    const std::chrono::milliseconds quick_;
    Mutex mutex_;
    std::optional<Value> last_ CROQUIS_GUARDED_BY(mutex_);  ///< where it took long
    Clock::time_point fresh_until_ CROQUIS_GUARDED_BY(mutex_){};
    bool working_ CROQUIS_GUARDED_BY(mutex_) = false;
};

}  // namespace croquis
