#pragma once

#include <array>
#include <cstddef>

#include "core/error.h"

namespace croquis {

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
