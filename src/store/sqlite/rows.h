#pragma once

#include <optional>
#include <string>

#include "store/sqlite/connection.h"

/// Columns that may be NULL.
namespace croquis::store::sqlite {

std::optional<std::string> text_or_none(const Statement& row, int column);
std::optional<Uuid> uuid_or_none(const Statement& row, int column);
std::optional<Timestamp> time_or_none(const Statement& row, int column);

}  // namespace croquis::store::sqlite
