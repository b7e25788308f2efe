#pragma once

#include "store/audit_store.h"
#include "store/sqlite/connection.h"

namespace croquis::store::sqlite {

/// In the transaction of what it tells of.
void write_down(Connection& connection, const AuditEvent& event);

}  // namespace croquis::store::sqlite
