#pragma once

#include <array>
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

    auto operator<=>(const Uuid&) const = default;

    /// A fresh version 7 id: strictly increasing within this process. Thread-safe.
    static Uuid v7();
    /// 8-4-4-4-12 hexadecimal, either case; anything else is ErrorKind::invalid.
    static Result<Uuid> parse(std::string_view text);
};

std::string to_string(const Uuid& id);

}  // namespace croquis
