#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/error.h"

namespace croquis {

/// A token bucket for each key, kept as one time each (the generic cell rate algorithm, ITU-T
/// I.371): a burst of `per_minute`, then one every minute / per_minute. Keeps at most `max_keys`
/// keys and forgets the one used longest ago first, so memory is bounded whoever asks. Thread-safe.
class RateLimiter {
  public:
    using Clock = std::chrono::steady_clock;

    /// `per_minute` of 0 limits nothing.
    explicit RateLimiter(int per_minute, std::size_t max_keys = 65'536);
    ~RateLimiter();
    RateLimiter(const RateLimiter&) = delete;
    RateLimiter& operator=(const RateLimiter&) = delete;

    /// Takes one token of the key's; ErrorKind::rate_limited with retry_after_s where none is left.
    Result<void> take(std::string_view key, Clock::time_point at = Clock::now());
    /// Takes one token of the key's whether one is left or not, and returns how many too many have
    /// been taken of late, `most` at most: what is taken beyond that is not remembered.
    int charge(std::string_view key, int most, Clock::time_point at = Clock::now());
    /// Puts one back, for a try that turned out not to count.
    void give_back(std::string_view key);
    [[nodiscard]] std::size_t keys() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// What a client is limited by: an IPv4 address, or the /64 that one IPv6 subscriber gets (RFC
/// 6177).
std::string client_key(std::string_view address);

}  // namespace croquis
