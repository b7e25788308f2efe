#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/rate_limit.h"

namespace croquis::identity {

/// Makes guessing passwords slow, without a way for strangers to keep a name's owner out. Of tries
/// that failed,
///   - one address may make `per_minute` a minute at one name, and five times as many in all; one
///     more is refused;
///   - where all addresses together make more than twice `per_minute` at one name, each further try
///     at that name, from anywhere, has to wait: half a second for each too many, and three seconds
///     at most. It is not refused.
/// Keeps three bounded tables (RateLimiter). Thread-safe.
class SignInLimiter {
  public:
    using Clock = RateLimiter::Clock;

    static constexpr int names_an_address = 5;
    static constexpr int addresses_a_name = 2;
    static constexpr std::chrono::milliseconds wait_step{500};
    static constexpr std::chrono::milliseconds longest_wait{3000};

    /// `per_minute` of 0 limits nothing.
    explicit SignInLimiter(int per_minute, std::size_t max_keys = 65'536);

    /// Takes a try of `client`, an address, at `name`; returns how long it has to wait, or
    /// rate_limited with retry_after_s.
    Result<Clock::duration> take(std::string_view name, std::string_view client,
                                 Clock::time_point at = Clock::now());
    /// Puts it back: it did not fail.
    void give_back(std::string_view name, std::string_view client);

  private:
    RateLimiter pairs_;
    RateLimiter clients_;
    RateLimiter names_;
};

}  // namespace croquis::identity
