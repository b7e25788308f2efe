#include "store/sqlite/schema.h"

namespace croquis::store::sqlite {

bool has_table(Connection& connection, const std::string& name) {
    return connection.query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1", name)
        .step();
}

std::vector<AppliedMigration> applied_migrations(Connection& connection) {
    auto rows = connection.query("SELECT version, checksum FROM schema_migration ORDER BY version");
    std::vector<AppliedMigration> applied;
    while (rows.step()) applied.push_back({rows.small(0), rows.text(1)});
    return applied;
}

}  // namespace croquis::store::sqlite
