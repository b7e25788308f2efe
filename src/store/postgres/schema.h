#pragma once

#include <vector>

#include "store/migrations.h"
#include "store/postgres/connection.h"

namespace croquis::store::postgres {

bool has_schema(Connection& connection);
/// The steps that the schema took, in order. The table must be there.
std::vector<AppliedMigration> applied_migrations(Connection& connection);

}  // namespace croquis::store::postgres
