#pragma once

#include <string>
#include <vector>

#include "store/migrations.h"
#include "store/sqlite/connection.h"

namespace croquis::store::sqlite {

bool has_table(Connection& connection, const std::string& name);
/// The steps that the schema took, in order. The table must be there.
std::vector<AppliedMigration> applied_migrations(Connection& connection);

}  // namespace croquis::store::sqlite
