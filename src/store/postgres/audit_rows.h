#pragma once

#include "store/audit_store.h"
#include "store/postgres/connection.h"

namespace croquis::store::postgres {

/// In the transaction of what it tells of.
void write_down(Connection& connection, const AuditEvent& event);

}  // namespace croquis::store::postgres
