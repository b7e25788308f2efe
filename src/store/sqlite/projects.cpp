#include <spdlog/fmt/fmt.h>

#include "store/labelling.h"
#include "store/list_query.h"
#include "store/records.h"
#include "store/sqlite/drawing_rows.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/store.h"

namespace croquis::store::sqlite {
namespace {

Labels read_labels(Connection& connection, int project) {
    auto rows = connection.query(
        "SELECT name, titles, colour, key, retired FROM label WHERE project = $1 "
        "ORDER BY position, name",
        project);
    Labels labels;
    while (rows.step())
        labels.push_back({rows.text(0), rows.text(1), text_or_none(rows, 2), text_or_none(rows, 3),
                          rows.small(4) != 0});
    return labels;
}

/// All but the titles.
void write_labels(Connection& connection, int project, const Labels& labels) {
    int position = 0;
    for (const auto& label : labels)
        connection.run(
            "UPDATE label SET position = $1, colour = $2, key = $3, retired = $4 "
            "WHERE project = $5 AND name = $6 AND "
            "(position, colour, key, retired) IS NOT ($1, $2, $3, $4)",
            position++, label.colour, label.key, label.retired, project, label.name);
}

void require_project(Connection& connection, int project) {
    if (!connection.query("SELECT 1 FROM project WHERE id = $1", project).step())
        throw no_project();
}

/// Some of the drawings that carry the label which is merged.
std::vector<Drawing> carrying(Connection& connection, int project, const LabelMerge& merge) {
    auto rows = connection.query(
        fmt::format("SELECT {} FROM drawing WHERE tag = $1 AND project = $2 AND {} ORDER BY id "
                    "LIMIT $3",
                    drawing_columns, not_deleted),
        merge.from, project, static_cast<std::int64_t>(merge.limit));
    std::vector<Drawing> drawings;
    while (rows.step()) drawings.push_back(read_drawing(rows));
    return drawings;
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
    return read([&](Connection& connection) { return read_labels(connection, project); });
}

Result<Label> SqliteStore::add_label(int project, const Label& label,
                                     std::optional<std::size_t> place) {
    return write([&](Connection& connection) {
        require_project(connection, project);
        const auto labels = with_added(read_labels(connection, project), label, place);
        if (!labels) throw Failure(labels.error());
        connection.run(
            "INSERT INTO label (project, name, position, titles) VALUES ($1, $2, $3, $4)", project,
            label.name, 0, label.titles);
        write_labels(connection, project, *labels);
        return label;
    });
}

Result<Label> SqliteStore::change_label(int project, const std::string& name,
                                        const LabelChange& change) {
    return write([&](Connection& connection) {
        const auto labels = with_changed(read_labels(connection, project), name, change);
        if (!labels) throw Failure(labels.error());
        write_labels(connection, project, *labels);
        if (change.titles)
            connection.run(
                "UPDATE label SET titles = json_patch(titles, $1) WHERE project = $2 AND name = $3",
                *change.titles, project, name);
        return label_named(read_labels(connection, project), name);
    });
}

Result<LabelMergeStep> SqliteStore::merge_label(int project, const LabelMerge& merge) {
    return write([&](Connection& connection) {
        const auto labels = with_merged(read_labels(connection, project), merge);
        if (!labels) throw Failure(labels.error());
        write_labels(connection, project, *labels);
        const auto drawings = carrying(connection, project, merge);
        for (const auto& drawing : drawings) write_down(connection, decide_merge(drawing, merge));
        return LabelMergeStep{drawings.size(), drawings.size() < merge.limit};
    });
}

}  // namespace croquis::store::sqlite
