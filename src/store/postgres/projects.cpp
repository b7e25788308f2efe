#include "store/postgres/rows.h"
#include "store/postgres/store.h"
#include "store/records.h"

namespace croquis::store::postgres {

Result<Project> PostgresStore::project(const std::string& slug) {
    return with_connection([&](Connection& connection) {
        const auto rows = connection.query(
            "SELECT id, slug, name, guidelines FROM project WHERE slug = $1", slug);
        if (rows.empty()) throw no_project();
        return Project{rows.small(0, 0), std::string(rows.text(0, 1)), std::string(rows.text(0, 2)),
                       std::string(rows.text(0, 3))};
    });
}

Result<std::vector<Label>> PostgresStore::labels(int project) {
    return with_connection([&](Connection& connection) {
        const auto rows = connection.query(
            "SELECT name, titles, colour, key, retired FROM label WHERE project = $1 "
            "ORDER BY position, name",
            project);
        std::vector<Label> labels;
        labels.reserve(static_cast<std::size_t>(rows.count()));
        for (int row = 0; row < rows.count(); ++row)
            labels.push_back({std::string(rows.text(row, 0)), std::string(rows.text(row, 1)),
                              text_or_none(rows, row, 2), text_or_none(rows, row, 3),
                              rows.flag(row, 4)});
        return labels;
    });
}

}  // namespace croquis::store::postgres
