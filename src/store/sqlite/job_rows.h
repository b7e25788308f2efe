#pragma once

#include "store/model.h"
#include "store/sqlite/connection.h"

/// Jobs in this database's rows.
namespace croquis::store::sqlite {

/// Adds a job that is running.
void add_begun(Connection& connection, const BegunJob& begun);

}  // namespace croquis::store::sqlite
