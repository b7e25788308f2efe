#include "store/postgres/schema.h"

#include "store/postgres/rows.h"

namespace croquis::store::postgres {

bool has_schema(Connection& connection) {
    return !connection.query("SELECT to_regclass('schema_migration')").null(0, 0);
}

std::vector<AppliedMigration> applied_migrations(Connection& connection) {
    const auto rows =
        connection.query("SELECT version, checksum FROM schema_migration ORDER BY version");
    return read_all(rows, [](const Rows& all, int row) {
        return AppliedMigration{all.small(row, 0), std::string(all.text(row, 1))};
    });
}

}  // namespace croquis::store::postgres
