#include <spdlog/fmt/fmt.h>

#include "store/auditing.h"
#include "store/dismissing.h"
#include "store/records.h"
#include "store/sqlite/audit_rows.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/store.h"

namespace croquis::store::sqlite {
namespace {

/// In the order of dismissals_sql().
DuplicateDismissal read_dismissal(const Statement& row) {
    DuplicateDismissal dismissal;
    dismissal.id = row.uuid(0);
    dismissal.project = row.small(1);
    dismissal.drawings = dismissed_in(row.text(2));
    if (!row.null(4)) dismissal.by = Author{uuid_or_none(row, 3), row.text(4)};
    return dismissal;
}

void require_there(Connection& connection, const DuplicateDismissal& dismissal) {
    static const std::string there =
        fmt::format("SELECT 1 FROM drawing WHERE id = $1 AND project = $2 AND {}", not_deleted);
    for (const auto& drawing : dismissal.drawings)
        if (!connection.query(there, drawing, dismissal.project).step()) throw no_drawing();
}

}  // namespace

Result<DuplicateDismissal> SqliteStore::dismiss_duplicates(const DuplicateDismissal& dismissal) {
    if (const auto valid = check(dismissal); !valid) return valid.error();
    return write([&](Connection& connection) {
        require_there(connection, dismissal);
        const auto drawings = dismissed_text(dismissal.drawings);
        {
            auto same = connection.query(same_dismissal_sql(), dismissal.project, drawings);
            if (same.step()) return read_dismissal(same);
        }
        connection.run(insert_dismissal_sql, dismissal.id, dismissal.project, drawings,
                       dismissal.by ? dismissal.by->id : std::nullopt);
        write_down(connection, audit_of(dismissal));
        return dismissal;
    });
}

Result<std::vector<DuplicateDismissal>> SqliteStore::duplicate_dismissals(int project,
                                                                          std::size_t limit) {
    if (const auto valid = check_dismissal_limit(limit); !valid) return valid.error();
    return read([&](Connection& connection) {
        auto rows = connection.query(dismissals_sql(), project, static_cast<std::int64_t>(limit));
        std::vector<DuplicateDismissal> dismissals;
        while (rows.step()) dismissals.push_back(read_dismissal(rows));
        return dismissals;
    });
}

Result<void> SqliteStore::restore_duplicates(const Uuid& id, int project, const Author& by) {
    return write([&](Connection& connection) {
        if (connection.run(delete_dismissal_sql, id, project) == 0) throw no_dismissal();
        write_down(connection, audit_of_restored(id, project, by));
    });
}

}  // namespace croquis::store::sqlite
