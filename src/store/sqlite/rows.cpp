#include "store/sqlite/rows.h"

namespace croquis::store::sqlite {

std::optional<std::string> text_or_none(const Statement& row, int column) {
    return row.null(column) ? std::nullopt : std::optional(row.text(column));
}

std::optional<Uuid> uuid_or_none(const Statement& row, int column) {
    return row.null(column) ? std::nullopt : std::optional(row.uuid(column));
}

std::optional<Timestamp> time_or_none(const Statement& row, int column) {
    return row.null(column) ? std::nullopt : std::optional(row.time(column));
}

}  // namespace croquis::store::sqlite
