#include <spdlog/fmt/fmt.h>

#include "store/auditing.h"
#include "store/dismissing.h"
#include "store/postgres/audit_rows.h"
#include "store/postgres/rows.h"
#include "store/postgres/store.h"
#include "store/records.h"

namespace croquis::store::postgres {
namespace {

/// In the order of dismissals_sql().
DuplicateDismissal read_dismissal(const Rows& rows, int row) {
    DuplicateDismissal dismissal;
    dismissal.id = rows.uuid(row, 0);
    dismissal.project = rows.small(row, 1);
    dismissal.drawings = dismissed_in(rows.text(row, 2));
    if (!rows.null(row, 4))
        dismissal.by = Author{uuid_or_none(rows, row, 3), std::string(rows.text(row, 4))};
    return dismissal;
}

void require_there(Connection& connection, const DuplicateDismissal& dismissal) {
    static const std::string there = fmt::format(
        "SELECT count(*) FROM drawing WHERE id = ANY ($1) AND project = $2 AND {}", not_deleted);
    const auto found = connection.query(there, dismissal.drawings, dismissal.project);
    if (found.integer(0, 0) != static_cast<std::int64_t>(dismissal.drawings.size()))
        throw no_drawing();
}

}  // namespace

Result<DuplicateDismissal> PostgresStore::dismiss_duplicates(const DuplicateDismissal& dismissal) {
    if (const auto valid = check(dismissal); !valid) return valid.error();
    return in_transaction([&](Connection& connection) {
        require_there(connection, dismissal);
        const auto drawings = dismissed_text(dismissal.drawings);
        const auto same = connection.query(same_dismissal_sql(), dismissal.project, drawings);
        if (same.count() > 0) return read_dismissal(same, 0);
        connection.query(insert_dismissal_sql, dismissal.id, dismissal.project, drawings,
                         dismissal.by ? dismissal.by->id : std::optional<Uuid>());
        write_down(connection, audit_of(dismissal));
        return dismissal;
    });
}

Result<std::vector<DuplicateDismissal>> PostgresStore::duplicate_dismissals(int project,
                                                                            std::size_t limit) {
    if (const auto valid = check_dismissal_limit(limit); !valid) return valid.error();
    return with_connection([&](Connection& connection) {
        const auto rows =
            connection.query(dismissals_sql(), project, static_cast<std::int64_t>(limit));
        return read_all(rows, read_dismissal);
    });
}

Result<void> PostgresStore::restore_duplicates(const Uuid& id, int project, const Author& by) {
    return in_transaction([&](Connection& connection) {
        if (connection.query(delete_dismissal_sql, id, project).affected() == 0)
            throw no_dismissal();
        write_down(connection, audit_of_restored(id, project, by));
    });
}

}  // namespace croquis::store::postgres
