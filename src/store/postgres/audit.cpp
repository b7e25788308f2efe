#include <spdlog/fmt/fmt.h>

#include "store/auditing.h"
#include "store/postgres/audit_rows.h"
#include "store/postgres/rows.h"
#include "store/postgres/store.h"
#include "store/postgres/tag_rows.h"
#include "store/records.h"

namespace croquis::store::postgres {
namespace {

/// A whole history table may be looked through.
constexpr auto a_person_takes = std::chrono::minutes(30);

/// In the order of audit_columns.
AuditEvent read_audit(const Rows& rows, int row) {
    AuditEvent event;
    event.id = rows.uuid(row, 0);
    if (!rows.null(row, 1))
        event.by = Author{uuid_or_none(rows, row, 2), std::string(rows.text(row, 1))};
    const auto action = audit_action_from(rows.text(row, 3));
    if (!action) throw Failure(ErrorKind::internal, "The store holds an unknown action.");
    event.action = *action;
    if (!rows.null(row, 4)) event.project = rows.small(row, 4);
    event.subject = rows.text(row, 5);
    event.details = rows.text(row, 6);
    event.project_slug = text_or_none(rows, row, 7);
    return event;
}

/// Drawings whose histories have the name, with nobody's account behind it.
std::vector<Uuid> tagged_by(Connection& connection, const PersonQuery& query) {
    return read_ids(connection.query(tagged_by_sql(), query.pseudonym, query.after,
                                     static_cast<std::int64_t>(query.limit)));
}

}  // namespace

void write_down(Connection& connection, const AuditEvent& event) {
    using Id = std::optional<Uuid>;
    using Name = std::optional<std::string>;
    connection.query(insert_audit_sql, event.id, time_of(event.id),
                     event.by ? Name(event.by->name) : Name(), event.by ? event.by->id : Id(),
                     to_string(event.action), event.project, event.subject, event.details);
}

Result<std::vector<AuditEvent>> PostgresStore::audit(const AuditQuery& query) {
    const auto statement = audit_statement(query);
    if (!statement) return statement.error();
    return with_connection([&](Connection& connection) {
        Parameters parameters;
        for (const auto& value : statement->values)
            std::visit([&](const auto& each) { parameters.add(each); }, value);
        const auto rows = connection.run(statement->sql, parameters);
        return read_all(rows, read_audit);
    });
}

Result<void> PostgresStore::record(const AuditEvent& event) {
    return with_connection([&](Connection& connection) { write_down(connection, event); });
}

Result<std::vector<Drawing>> PostgresStore::drawings_drawn_by(const PersonQuery& query) {
    if (const auto valid = check(query); !valid) return valid.error();
    return with_connection([&](Connection& connection) {
        return read_drawings(connection.query(drawn_by_sql(), query.pseudonym, query.after,
                                              static_cast<std::int64_t>(query.limit)));
    });
}

Result<std::vector<SaidOf>> PostgresStore::said_by(const PersonQuery& query) {
    if (const auto valid = check(query); !valid) return valid.error();
    return with_connection([&](Connection& connection) {
        const Connection::Patience patience(connection, a_person_takes);
        const auto rows = query_events(connection, tagged_by(connection, query));
        std::vector<SaidOf> said;
        for (int row = 0; row < rows.count(); ++row) {
            auto event = read_event(rows, row);
            if (event.by == query.pseudonym) said.push_back({rows.uuid(row, 9), std::move(event)});
        }
        return said;
    });
}

Result<std::size_t> PostgresStore::forget_name(const std::string& name,
                                               const std::vector<Uuid>& drawings) {
    return in_transaction([&](Connection& connection) {
        // The drawings first, as those who change tags lock them.
        connection.query("SELECT 1 FROM drawing WHERE id = ANY ($1) ORDER BY id FOR UPDATE",
                         drawings);
        connection.query(forget_flag_sql() + "id = ANY ($2)", name, drawings);
        connection.query(
            "UPDATE job SET parameters = jsonb_set(parameters::jsonb, '{pseudonym}', '\"\"')::text "
            "WHERE parameters::jsonb ->> 'pseudonym' = $1",
            name);
        const auto forgotten = connection.query(
            fmt::format("UPDATE tag_event SET tagged_by = $1, user_id = NULL, note = '' "
                        "WHERE tagged_by = $2 AND drawing = ANY ($3) AND {}",
                        without_account("user_id")),
            forgotten_name, name, drawings);
        connection.query(fmt::format("UPDATE drawing SET tagged_by = $1, tagged_by_id = NULL "
                                     "WHERE tagged_by = $2 AND id = ANY ($3) AND {}",
                                     without_account("tagged_by_id")),
                         forgotten_name, name, drawings);
        return static_cast<std::size_t>(forgotten.affected());
    });
}

}  // namespace croquis::store::postgres
