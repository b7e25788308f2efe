#pragma once

#include "store/model.h"
#include "store/postgres/connection.h"

namespace croquis::store::postgres {

/// Reads a drawing whose columns are list_query's drawing_columns, from column `first` on.
Drawing read_drawing(const Rows& rows, int row, int first = 0);

std::vector<Drawing> read_drawings(const Rows& rows);

std::optional<std::string> text_or_none(const Rows& rows, int row, int column);
std::optional<Uuid> uuid_or_none(const Rows& rows, int row, int column);
std::optional<Timestamp> time_or_none(const Rows& rows, int row, int column);

}  // namespace croquis::store::postgres
