#include "service/audit.h"

#include <boost/json.hpp>

namespace croquis::service {

namespace json = boost::json;

Result<std::vector<store::AuditEvent>> list_audit(store::AuditStore& store,
                                                  const store::AuditQuery& query) {
    return store.audit(query);
}

Result<void> tell_export(store::AuditStore& store, const ExportOptions& options,
                         const store::Author& by) {
    json::object details{{"format", dataset::to_string(options.format)}};
    if (options.tag) details["tag"] = *options.tag;
    if (options.reviewed) details["reviewed"] = *options.reviewed;
    store::AuditEvent event;
    event.by = by;
    event.action = store::AuditAction::export_started;
    event.project = options.project_id;
    event.subject = options.project;
    event.details = json::serialize(details);
    return store.record(event);
}

Result<void> tell_import(store::AuditStore& store, int project, const std::string& source) {
    store::AuditEvent event;
    event.by = store::operator_author();
    event.action = store::AuditAction::import_started;
    event.project = project;
    event.subject = source;
    return store.record(event);
}

}  // namespace croquis::service
