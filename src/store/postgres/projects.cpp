#include <spdlog/fmt/fmt.h>

#include "store/auditing.h"
#include "store/labelling.h"
#include "store/list_query.h"
#include "store/postgres/audit_rows.h"
#include "store/postgres/rows.h"
#include "store/postgres/store.h"
#include "store/postgres/tag_rows.h"
#include "store/records.h"

namespace croquis::store::postgres {
namespace {

/// In the order of project_columns.
Project read_project(const Rows& rows, int row) {
    Project project;
    project.id = rows.small(row, 0);
    project.slug = rows.text(row, 1);
    project.name = rows.text(row, 2);
    project.guidelines = rows.text(row, 3);
    project.who_draws = access_from(rows.text(row, 4));
    project.who_browses = access_from(rows.text(row, 5));
    project.opinions_wanted = rows.small(row, 6);
    if (!rows.null(row, 7)) project.retention_days = rows.small(row, 7);
    project.live_model = text_or_none(rows, row, 8);
    project.archived_at = time_or_none(rows, row, 9);
    project.created_at = rows.time(row, 10);
    project.rolls_back = rows.flag(row, 11);
    project.rolled_back = text_or_none(rows, row, 12);
    if (!rows.null(row, 13)) project.teach_after = rows.small(row, 13);
    project.promotes_better = rows.flag(row, 14);
    return project;
}

Project find_project(Connection& connection, const std::string& slug, const char* lock = "") {
    const auto rows = connection.query(
        fmt::format("SELECT {} FROM project WHERE slug = $1{}", project_columns, lock), slug);
    if (rows.empty()) throw no_project();
    return read_project(rows, 0);
}

Labels read_labels(Connection& connection, int project) {
    const auto rows = connection.query(labels_query(), project);
    return read_all(rows, [](const Rows& all, int row) {
        return Label{std::string(all.text(row, 0)),
                     std::string(all.text(row, 1)),
                     text_or_none(all, row, 2),
                     text_or_none(all, row, 3),
                     all.flag(row, 4),
                     uuid_or_none(all, row, 5)};
    });
}

/// For a change.
Labels locked_labels(Connection& connection, int project) {
    if (!lock_labels(connection, project)) throw no_project();
    return read_labels(connection, project);
}

/// All but titles and examples.
void write_labels(Connection& connection, int project, const Labels& labels) {
    int position = 0;
    for (const auto& label : labels)
        connection.query(
            "UPDATE label SET position = $1, colour = $2, key = $3, retired = $4 "
            "WHERE project = $5 AND name = $6 AND "
            "(position, colour, key, retired) IS DISTINCT FROM ($1, $2, $3, $4)",
            position++, label.colour, label.key, label.retired, project, label.name);
}

/// Errors: invalid ("example").
void write_example(Connection& connection, int project, const std::string& label,
                   const std::optional<Uuid>& example) {
    if (example && connection.query(example_query(), *example, project).empty())
        throw Failure(no_example());
    connection.query("UPDATE label SET example = $1 WHERE project = $2 AND name = $3", example,
                     project, label);
}

/// Some of the drawings that carry the label which is merged, in one order everywhere, so that two
/// transactions over the same drawings cannot wait for each other.
std::vector<Drawing> lock_carrying(Connection& connection, int project, const LabelMerge& merge) {
    return read_drawings(connection.query(
        fmt::format("SELECT {} FROM drawing WHERE tag = $1 AND project = $2 AND {} ORDER BY id "
                    "LIMIT $3 FOR UPDATE",
                    drawing_columns, not_deleted),
        merge.from, project, static_cast<std::int64_t>(merge.limit)));
}

}  // namespace

Result<Project> PostgresStore::project(const std::string& slug) {
    return with_connection([&](Connection& connection) { return find_project(connection, slug); });
}

Result<std::vector<Project>> PostgresStore::projects() {
    return with_connection([](Connection& connection) {
        return read_all(
            connection.query(fmt::format("SELECT {} FROM project ORDER BY id", project_columns)),
            read_project);
    });
}

Result<Project> PostgresStore::add_project(const Project& project, const Author& by) {
    return in_transaction([&](Connection& connection) {
        const auto added = connection.query(
            "INSERT INTO project (slug, name, guidelines, who_draws, who_browses, opinions_wanted, "
            "retention_days, archived_at, created_at, rolls_back, teach_after, promotes_better) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) "
            "ON CONFLICT (slug) DO NOTHING",
            project.slug, project.name, project.guidelines, to_string(project.who_draws),
            to_string(project.who_browses), project.opinions_wanted, project.retention_days,
            project.archived_at, project.created_at, project.rolls_back, project.teach_after,
            project.promotes_better);
        if (added.affected() == 0) throw project_there();
        auto made = find_project(connection, project.slug);
        write_down(connection, audit_of_added(made, by));
        return made;
    });
}

Result<Project> PostgresStore::change_project(const std::string& slug, const ProjectChange& change,
                                              const Author& by) {
    return in_transaction([&](Connection& connection) {
        auto project = changed(find_project(connection, slug, " FOR UPDATE"), change);
        connection.query(
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

Result<std::vector<Label>> PostgresStore::labels(int project) {
    return with_connection(
        [&](Connection& connection) { return read_labels(connection, project); });
}

Result<Label> PostgresStore::add_label(int project, const Label& label,
                                       std::optional<std::size_t> place, const Author& by) {
    return in_transaction([&](Connection& connection) {
        const auto labels = with_added(locked_labels(connection, project), label, place);
        if (!labels) throw Failure(labels.error());
        connection.query(
            "INSERT INTO label (project, name, position, titles) VALUES ($1, $2, $3, $4)", project,
            label.name, -1, label.titles);
        write_labels(connection, project, *labels);
        write_down(connection, audit_of_added(project, label.name, by));
        return label;
    });
}

Result<Label> PostgresStore::change_label(int project, const std::string& name,
                                          const LabelChange& change, const Author& by) {
    return in_transaction([&](Connection& connection) {
        const auto before = locked_labels(connection, project);
        const auto labels = with_changed(before, name, change);
        if (!labels) throw Failure(labels.error());
        write_labels(connection, project, *labels);
        if (change.titles)
            connection.query(
                "UPDATE label SET titles = jsonb_strip_nulls(titles::jsonb || $1::jsonb)::text "
                "WHERE project = $2 AND name = $3",
                *change.titles, project, name);
        if (change.example) write_example(connection, project, name, *change.example);
        write_down(connection, audit_of_changed(project, name, change, by));
        auto after = label_named(read_labels(connection, project), name);
        if (const auto fine = check_titles(label_named(before, name), after); !fine)
            throw Failure(fine.error());
        return after;
    });
}

Result<LabelMergeStep> PostgresStore::merge_label(int project, const LabelMerge& merge) {
    return in_transaction([&](Connection& connection) {
        const auto before = locked_labels(connection, project);
        const auto labels = with_merged(before, merge);
        if (!labels) throw Failure(labels.error());
        if (const auto told = audit_of_merge(project, merge, before)) write_down(connection, *told);
        write_labels(connection, project, *labels);
        connection.query("UPDATE label SET merged_into = $1 WHERE project = $2 AND name = $3",
                         merge.into, project, merge.from);
        const auto drawings = lock_carrying(connection, project, merge);
        for (const auto& drawing : drawings) write_down(connection, decide_merge(drawing, merge));
        return LabelMergeStep{drawings.size(), drawings.size() < merge.limit};
    });
}

}  // namespace croquis::store::postgres
