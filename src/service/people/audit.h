#pragma once

#include <vector>

#include "service/transfer/export.h"
#include "store/audit_store.h"

/// Who did what. All functions block.
namespace croquis::service {

/// Errors: those of AuditStore::audit.
Result<std::vector<store::AuditEvent>> list_audit(store::AuditStore& store,
                                                  const store::AuditQuery& query);

/// Writes down that drawings leave the store, in which format and by which filters.
Result<void> tell_export(store::AuditStore& store, const ExportOptions& options,
                         const store::Author& by);

/// Writes down that a command brings drawings in; the server's jobs are written down when they are
/// queued. `source` is the name of what is imported.
Result<void> tell_import(store::AuditStore& store, int project, const std::string& source);

}  // namespace croquis::service
