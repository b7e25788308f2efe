#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/time.h"

namespace croquis {

/// A UUID. New ones are version 7 (RFC 9562 section 5.7): they sort by the millisecond they were
/// made in, so a primary key index grows at its end and a page of the newest needs no other index.
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 reads the comparison with 0 so
    auto operator<=>(const Uuid&) const = default;

    /// A fresh version 7 id, greater than those that this process made before, unless the clock was
    /// set back by more than UuidTicks::held_for. Thread-safe.
    static Uuid v7();
    /// 8-4-4-4-12 hexadecimal, either case; anything else is ErrorKind::invalid.
    static Result<Uuid> parse(std::string_view text);
};

std::string to_string(const Uuid& id);

/// The moment a version 7 id was made in, to the microsecond for ids of Uuid::v7(): a greater id is
/// never of an earlier time.
Timestamp time_of(const Uuid& id);

/// The time of version 7 ids: milliseconds since 1970 in the upper 52 bits, 1/4096 of a millisecond
/// in the lower 12. Thread-safe.
class UuidTicks {
  public:
    /// A clock set back by less is waited for, with ids that go on increasing (RFC 9562 section
    /// 6.2). After a larger step the time was wrong before, and ids follow the clock.
    static constexpr std::chrono::minutes held_for{1};

    /// The tick of an id made at `at`, no other's.
    std::uint64_t next(Timestamp at);

  private:
    std::atomic<std::uint64_t> last_{0};
};

}  // namespace croquis
