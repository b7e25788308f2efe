#pragma once

#include "store/model.h"
#include "store/postgres/connection.h"

#include <cstddef>
#include <type_traits>
#include <vector>

namespace croquis::store::postgres {

/// Reads a drawing whose columns are list_query's drawing_columns, from column `first` on.
Drawing read_drawing(const Rows& rows, int row, int first = 0);

/// What read(rows, row) makes of each row, in their order.
template <class Read>
auto read_all(const Rows& rows, Read read) {
    std::vector<std::invoke_result_t<Read&, const Rows&, int>> all;
    all.reserve(static_cast<std::size_t>(rows.count()));
    for (int row = 0; row < rows.count(); ++row) all.push_back(read(rows, row));
    return all;
}

std::vector<Drawing> read_drawings(const Rows& rows);

/// The ids in the first column.
std::vector<Uuid> read_ids(const Rows& rows);

/// For a change of a project's labels: whoever changes them waits here for the others. False where
/// there is no such project.
bool lock_labels(Connection& connection, int project);

std::optional<std::string> text_or_none(const Rows& rows, int row, int column);
std::optional<Uuid> uuid_or_none(const Rows& rows, int row, int column);
std::optional<Timestamp> time_or_none(const Rows& rows, int row, int column);

}  // namespace croquis::store::postgres
