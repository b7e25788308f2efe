#include <spdlog/fmt/fmt.h>

#include "store/auditing.h"
#include "store/labelling.h"
#include "store/list_query.h"
#include "store/records.h"
#include "store/sqlite/audit_rows.h"
#include "store/sqlite/drawing_rows.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/store.h"

namespace croquis::store::sqlite {
namespace {

/// In the order of project_columns.
Project read_project(const Statement& row) {
    Project project;
    project.id = row.small(0);
    project.slug = row.text(1);
    project.name = row.text(2);
    project.guidelines = row.text(3);
    project.who_draws = access_from(row.text(4));
    project.who_browses = access_from(row.text(5));
    project.opinions_wanted = row.small(6);
    if (!row.null(7)) project.retention_days = row.small(7);
    project.live_model = text_or_none(row, 8);
    project.archived_at = time_or_none(row, 9);
    project.created_at = row.time(10);
    project.rolls_back = row.small(11) != 0;
    project.rolled_back = text_or_none(row, 12);
    if (!row.null(13)) project.teach_after = row.small(13);
    project.promotes_better = row.small(14) != 0;
    return project;
}

Project find_project(Connection& connection, const std::string& slug) {
    auto row = connection.query(
        fmt::format("SELECT {} FROM project WHERE slug = $1", project_columns), slug);
    if (!row.step()) throw no_project();
    return read_project(row);
}

Labels read_labels(Connection& connection, int project) {
    auto rows = connection.query(labels_query(), project);
    Labels labels;
    while (rows.step())
        labels.push_back({rows.text(0), rows.text(1), text_or_none(rows, 2), text_or_none(rows, 3),
                          rows.small(4) != 0, uuid_or_none(rows, 5)});
    return labels;
}

/// All but titles and examples.
void write_labels(Connection& connection, int project, const Labels& labels) {
    int position = 0;
    for (const auto& label : labels)
        connection.run(
            "UPDATE label SET position = $1, colour = $2, key = $3, retired = $4 "
            "WHERE project = $5 AND name = $6 AND "
            "(position, colour, key, retired) IS NOT ($1, $2, $3, $4)",
            position++, label.colour, label.key, label.retired, project, label.name);
}

/// Errors: invalid ("example").
void write_example(Connection& connection, int project, const std::string& label,
                   const std::optional<Uuid>& example) {
    if (example && !connection.query(example_query(), *example, project).step())
        throw Failure(no_example());
    connection.run("UPDATE label SET example = $1 WHERE project = $2 AND name = $3", example,
                   project, label);
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
    return read([&](Connection& connection) { return find_project(connection, slug); });
}

Result<std::vector<Project>> SqliteStore::projects() {
    return read([](Connection& connection) {
        auto rows =
            connection.query(fmt::format("SELECT {} FROM project ORDER BY id", project_columns));
        std::vector<Project> projects;
        while (rows.step()) projects.push_back(read_project(rows));
        return projects;
    });
}

Result<Project> SqliteStore::add_project(const Project& project, const Author& by) {
    return write([&](Connection& connection) {
        const auto added = connection.run(
            "INSERT INTO project (slug, name, guidelines, who_draws, who_browses, opinions_wanted, "
            "retention_days, archived_at, created_at, rolls_back, teach_after, promotes_better) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) "
            "ON CONFLICT (slug) DO NOTHING",
            project.slug, project.name, project.guidelines, to_string(project.who_draws),
            to_string(project.who_browses), project.opinions_wanted, project.retention_days,
            project.archived_at, project.created_at, project.rolls_back, project.teach_after,
            project.promotes_better);
        if (added == 0) throw project_there();
        auto made = find_project(connection, project.slug);
        write_down(connection, audit_of_added(made, by));
        return made;
    });
}

Result<Project> SqliteStore::change_project(const std::string& slug, const ProjectChange& change,
                                            const Author& by) {
    return write([&](Connection& connection) {
        auto project = changed(find_project(connection, slug), change);
        connection.run(
            "UPDATE project SET name = $1, guidelines = $2, who_draws = $3, who_browses = $4, "
            "opinions_wanted = $5, retention_days = $6, archived_at = $7, rolls_back = $8, "
            "teach_after = $9, promotes_better = $10 WHERE id = $11",
            project.name, project.guidelines, to_string(project.who_draws),
            to_string(project.who_browses), project.opinions_wanted, project.retention_days,
            project.archived_at, project.rolls_back, project.teach_after, project.promotes_better,
            project.id);
        write_down(connection, audit_of_changed(project, change, by));
        return project;
    });
}

Result<std::vector<Label>> SqliteStore::labels(int project) {
    return read([&](Connection& connection) { return read_labels(connection, project); });
}

Result<Label> SqliteStore::add_label(int project, const Label& label,
                                     std::optional<std::size_t> place, const Author& by) {
    return write([&](Connection& connection) {
        require_project(connection, project);
        const auto labels = with_added(read_labels(connection, project), label, place);
        if (!labels) throw Failure(labels.error());
        connection.run(
            "INSERT INTO label (project, name, position, titles) VALUES ($1, $2, $3, $4)", project,
            label.name, 0, label.titles);
        write_labels(connection, project, *labels);
        write_down(connection, audit_of_added(project, label.name, by));
        return label;
    });
}

Result<Label> SqliteStore::change_label(int project, const std::string& name,
                                        const LabelChange& change, const Author& by) {
    return write([&](Connection& connection) {
        const auto before = read_labels(connection, project);
        const auto labels = with_changed(before, name, change);
        if (!labels) throw Failure(labels.error());
        write_labels(connection, project, *labels);
        if (change.titles)
            connection.run(
                "UPDATE label SET titles = json_patch(titles, $1) WHERE project = $2 AND name = $3",
                *change.titles, project, name);
        if (change.example) write_example(connection, project, name, *change.example);
        write_down(connection, audit_of_changed(project, name, change, by));
        auto after = label_named(read_labels(connection, project), name);
        if (const auto fine = check_titles(label_named(before, name), after); !fine)
            throw Failure(fine.error());
        return after;
    });
}

Result<LabelMergeStep> SqliteStore::merge_label(int project, const LabelMerge& merge) {
    return write([&](Connection& connection) {
        const auto before = read_labels(connection, project);
        const auto labels = with_merged(before, merge);
        if (!labels) throw Failure(labels.error());
        if (const auto told = audit_of_merge(project, merge, before)) write_down(connection, *told);
        write_labels(connection, project, *labels);
        connection.run("UPDATE label SET merged_into = $1 WHERE project = $2 AND name = $3",
                       merge.into, project, merge.from);
        const auto drawings = carrying(connection, project, merge);
        for (const auto& drawing : drawings) write_down(connection, decide_merge(drawing, merge));
        return LabelMergeStep{drawings.size(), drawings.size() < merge.limit};
    });
}

}  // namespace croquis::store::sqlite
