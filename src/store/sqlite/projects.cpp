#include "store/records.h"
#include "store/sqlite/store.h"

namespace croquis::store::sqlite {
namespace {

std::optional<std::string> text_or_none(const Statement& row, int column) {
    return row.null(column) ? std::nullopt : std::optional(row.text(column));
}

}  // namespace

Result<Project> SqliteStore::project(const std::string& slug) {
    return read([&](Connection& connection) {
        auto row = connection.query(
            "SELECT id, slug, name, guidelines FROM project WHERE slug = $1", slug);
        if (!row.step()) throw no_project();
        return Project{row.small(0), row.text(1), row.text(2), row.text(3)};
    });
}

Result<std::vector<Label>> SqliteStore::labels(int project) {
    return read([&](Connection& connection) {
        auto rows = connection.query(
            "SELECT name, titles, colour, key, retired FROM label WHERE project = $1 "
            "ORDER BY position, name",
            project);
        std::vector<Label> labels;
        while (rows.step())
            labels.push_back({rows.text(0), rows.text(1), text_or_none(rows, 2),
                              text_or_none(rows, 3), rows.small(4) != 0});
        return labels;
    });
}

}  // namespace croquis::store::sqlite
