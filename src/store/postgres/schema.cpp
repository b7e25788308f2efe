#include "store/postgres/schema.h"

namespace croquis::store::postgres {

bool has_schema(Connection& connection) {
    return !connection.query("SELECT to_regclass('schema_migration')").null(0, 0);
}

std::vector<AppliedMigration> applied_migrations(Connection& connection) {
    const auto rows =
        connection.query("SELECT version, checksum FROM schema_migration ORDER BY version");
    std::vector<AppliedMigration> applied;
    applied.reserve(static_cast<std::size_t>(rows.count()));
    for (int row = 0; row < rows.count(); ++row)
        applied.push_back({rows.small(row, 0), std::string(rows.text(row, 1))});
    return applied;
}

}  // namespace croquis::store::postgres
