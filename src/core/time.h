#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/error.h"

namespace croquis {

/// UTC, in microseconds: what PostgreSQL's timestamptz keeps.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

Timestamp now();

/// RFC 3339 with microseconds and Z: 2026-11-24T14:07:00.000000Z.
std::string to_rfc3339(Timestamp time);

/// Reads RFC 3339 with Z or an offset, and 0 to 6 digits of fraction.
Result<Timestamp> from_rfc3339(std::string_view text);

}  // namespace croquis
