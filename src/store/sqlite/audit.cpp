#include <spdlog/fmt/fmt.h>

#include "store/auditing.h"
#include "store/records.h"
#include "store/sqlite/audit_rows.h"
#include "store/sqlite/drawing_rows.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/store.h"

namespace croquis::store::sqlite {
namespace {

/// In the order of audit_columns.
AuditEvent read_audit(const Statement& row) {
    AuditEvent event;
    event.id = row.uuid(0);
    if (!row.null(1)) event.by = Author{uuid_or_none(row, 2), row.text(1)};
    const auto action = audit_action_from(row.text(3));
    if (!action) throw Failure(ErrorKind::internal, "The store holds an unknown action.");
    event.action = *action;
    if (!row.null(4)) event.project = row.small(4);
    event.subject = row.text(5);
    event.details = row.text(6);
    event.project_slug = text_or_none(row, 7);
    return event;
}

/// Drawings whose histories have the name, with nobody's account behind it.
std::vector<Uuid> tagged_by(Connection& connection, const PersonQuery& query) {
    auto rows = connection.query(tagged_by_sql(), query.pseudonym, query.after,
                                 static_cast<std::int64_t>(query.limit));
    std::vector<Uuid> drawings;
    while (rows.step()) drawings.push_back(rows.uuid(0));
    return drawings;
}

}  // namespace

void write_down(Connection& connection, const AuditEvent& event) {
    using Id = std::optional<Uuid>;
    using Name = std::optional<std::string>;
    connection.run(insert_audit_sql, event.id, time_of(event.id),
                   event.by ? Name(event.by->name) : Name(), event.by ? event.by->id : Id(),
                   to_string(event.action), event.project, event.subject, event.details);
}

Result<std::vector<AuditEvent>> SqliteStore::audit(const AuditQuery& query) {
    const auto statement = audit_statement(query);
    if (!statement) return statement.error();
    return read([&](Connection& connection) {
        auto rows = connection.prepare(statement->sql);
        int at = 0;
        for (const auto& value : statement->values)
            std::visit([&](const auto& each) { rows.bind(++at, each); }, value);
        std::vector<AuditEvent> events;
        while (rows.step()) events.push_back(read_audit(rows));
        return events;
    });
}

Result<void> SqliteStore::record(const AuditEvent& event) {
    return write([&](Connection& connection) { write_down(connection, event); });
}

Result<std::vector<Drawing>> SqliteStore::drawings_drawn_by(const PersonQuery& query) {
    if (const auto valid = check(query); !valid) return valid.error();
    return read([&](Connection& connection) {
        auto rows = connection.query(drawn_by_sql(), query.pseudonym, query.after,
                                     static_cast<std::int64_t>(query.limit));
        std::vector<Drawing> drawings;
        while (rows.step()) drawings.push_back(read_drawing(rows));
        return drawings;
    });
}

Result<std::vector<SaidOf>> SqliteStore::said_by(const PersonQuery& query) {
    if (const auto valid = check(query); !valid) return valid.error();
    return read([&](Connection& connection) {
        std::vector<SaidOf> said;
        for (const auto& drawing : tagged_by(connection, query))
            for (auto& event : events_of(connection, drawing))
                if (event.by == query.pseudonym) said.push_back({drawing, std::move(event)});
        return said;
    });
}

Result<std::size_t> SqliteStore::forget_name(const std::string& name,
                                             const std::vector<Uuid>& drawings) {
    static const std::string events = fmt::format(
        "UPDATE tag_event SET tagged_by = $1, user_id = NULL, note = '' "
        "WHERE tagged_by = $2 AND drawing = $3 AND {}",
        without_account("user_id"));
    static const std::string present = fmt::format(
        "UPDATE drawing SET tagged_by = $1, tagged_by_id = NULL "
        "WHERE tagged_by = $2 AND id = $3 AND {}",
        without_account("tagged_by_id"));
    static const std::string flags = forget_flag_sql() + "id = $2";
    return write([&](Connection& connection) {
        std::int64_t forgotten = 0;
        connection.run(
            "UPDATE job SET parameters = json_set(parameters, '$.pseudonym', '') "
            "WHERE json_extract(parameters, '$.pseudonym') = $1",
            name);
        for (const auto& drawing : drawings) {
            connection.run(flags, name, drawing);
            forgotten += connection.run(events, forgotten_name, name, drawing);
            connection.run(present, forgotten_name, name, drawing);
        }
        return static_cast<std::size_t>(forgotten);
    });
}

}  // namespace croquis::store::sqlite
