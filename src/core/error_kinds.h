#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace croquis {

/// What went wrong, in the terms a caller can act on. The HTTP status each becomes is
/// http/problem's.
enum class ErrorKind {
    invalid,                ///< a field's value cannot be accepted
    malformed,              ///< the bytes are not what they claim to be (JSON, base64, an image)
    too_large,              ///< a stated limit on bytes, pixels or depth is passed
    unsupported_media,      ///< a kind of data that is not read here
    unauthenticated,        ///< no valid proof of who is asking
    forbidden,              ///< known, but not allowed
    not_found,              ///< no such thing
    conflict,               ///< it clashes with what is stored already
    precondition_failed,    ///< the caller's version is stale (If-Match)
    precondition_required,  ///< the caller must state the version it saw
    rate_limited,           ///< too many tries; retry_after_s says when again
    unavailable,            ///< full or not ready; the same request may go through later
    internal,               ///< our fault; the detail goes to the log, never to the caller
};

std::string_view to_string(ErrorKind kind);

/// Whether a table whose rows begin with `kind` has one for each kind of error, in their order, so
/// that a kind is the number of its row. A new kind belongs before `internal`.
template <class Row, std::size_t rows>
constexpr bool has_every_kind(const std::array<Row, rows>& table) {
    for (std::size_t i = 0; i < rows; ++i)
        if (static_cast<std::size_t>(table[i].kind) != i) return false;
    return rows == static_cast<std::size_t>(ErrorKind::internal) + 1;
}

/// The row of a kind.
template <class Row, std::size_t rows>
constexpr const Row& row_of(const std::array<Row, rows>& table, ErrorKind kind) {
    return table.at(static_cast<std::size_t>(kind));
}

}  // namespace croquis
