#include "store/postgres/rows.h"

#include "store/records.h"

namespace croquis::store::postgres {

bool lock_labels(Connection& connection, int project) {
    return !connection.query("SELECT 1 FROM project WHERE id = $1 FOR UPDATE", project).empty();
}

std::optional<std::string> text_or_none(const Rows& rows, int row, int column) {
    return rows.null(row, column) ? std::nullopt
                                  : std::optional(std::string(rows.text(row, column)));
}

std::optional<Uuid> uuid_or_none(const Rows& rows, int row, int column) {
    return rows.null(row, column) ? std::nullopt : std::optional(rows.uuid(row, column));
}

std::optional<Timestamp> time_or_none(const Rows& rows, int row, int column) {
    return rows.null(row, column) ? std::nullopt : std::optional(rows.time(row, column));
}

Drawing read_drawing(const Rows& rows, int row, int first) {
    const auto text = [&](int column) { return std::string(rows.text(row, first + column)); };
    Drawing drawing;
    drawing.id = rows.uuid(row, first);
    drawing.created_at = rows.time(row, first + 1);
    drawing.media_type = text(2);
    drawing.width = rows.small(row, first + 3);
    drawing.height = rows.small(row, first + 4);
    drawing.sha256 = rows.digest(row, first + 5);
    drawing.source = text(6);
    drawing.prediction = {text(7), text(8), rows.real(row, first + 9),
                          floats_of(rows.blob(row, first + 10))};
    drawing.tag = text(11);
    drawing.version = rows.small(row, first + 12);
    drawing.tagged_by = text_or_none(rows, row, first + 13);
    drawing.tagged_at = time_or_none(rows, row, first + 14);
    drawing.tagged_by_id = uuid_or_none(rows, row, first + 15);
    drawing.project = rows.small(row, first + 16);
    drawing.external_id = text_or_none(rows, row, first + 17);
    drawing.file_name = text_or_none(rows, row, first + 18);
    drawing.pseudonym = text_or_none(rows, row, first + 19);
    drawing.visibility = visibility_from(text_or_none(rows, row, first + 20));
    if (!rows.null(row, first + 21)) drawing.basis = basis_from(rows.text(row, first + 21));
    drawing.disputed = rows.flag(row, first + 22);
    drawing.flag = text_or_none(rows, row, first + 23);
    return drawing;
}

std::vector<Drawing> read_drawings(const Rows& rows) {
    return read_all(rows, [](const Rows& all, int row) { return read_drawing(all, row); });
}

std::vector<Uuid> read_ids(const Rows& rows) {
    return read_all(rows, [](const Rows& all, int row) { return all.uuid(row, 0); });
}

}  // namespace croquis::store::postgres
