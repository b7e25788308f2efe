#pragma once

#include "store/model.h"
#include "store/postgres/connection.h"

/// Jobs in this database's rows.
namespace croquis::store::postgres {

/// Adds a job that is running.
void add_begun(Connection& connection, const BegunJob& begun);

}  // namespace croquis::store::postgres
