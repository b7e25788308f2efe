#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

namespace croquis::service {

/// Background work that goes on in steps takes a quarter of the time while clients are served, and
/// all of it while none is. Not thread-safe.
class Pace {
  public:
    using Clock = std::chrono::steady_clock;

    /// `served` counts what clients have asked for so far; `rest` waits.
    Pace(std::function<std::uint64_t()> served, std::function<void(Clock::duration)> rest,
         std::function<Clock::time_point()> now = Clock::now)
        : served_(std::move(served)),
          rest_(std::move(rest)),
          now_(std::move(now)),
          known_(served_()),
          begun_(now_()) {}

    /// Ends a step: where clients asked for something during it, rests three times as long as it
    /// took.
    void end_step() {
        const auto served = served_();
        const auto took = now_() - begun_;
        gives_way_ = std::exchange(known_, served) != served;
        if (gives_way_) rest_(std::min(3 * took, longest));
        begun_ = now_();
    }

    /// Whether clients asked for something during the last step: the next one is to be short.
    [[nodiscard]] bool gives_way() const { return gives_way_; }

    /// The longest rest: who stops the work need not wait longer.
    static constexpr Clock::duration longest = std::chrono::milliseconds(500);

  private:
    std::function<std::uint64_t()> served_;
    std::function<void(Clock::duration)> rest_;
    std::function<Clock::time_point()> now_;
    std::uint64_t known_;
    Clock::time_point begun_;
    bool gives_way_ = false;
};

}  // namespace croquis::service
