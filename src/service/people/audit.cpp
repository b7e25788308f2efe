#include "service/people/audit.h"

#include <array>
#include <boost/json.hpp>

namespace croquis::service {

namespace json = boost::json;
namespace {

/// Filters by what may be a person's name, or hold one: the log says that they were used, not with
/// what.
constexpr std::array filters_by_name{"tagged_by", "external_id", "file_name", "name_contains"};

}  // namespace

Result<std::vector<store::AuditEvent>> list_audit(store::AuditStore& store,
                                                  const store::AuditQuery& query) {
    return store.audit(query);
}

Result<void> tell_export(store::AuditStore& store, const ExportOptions& options,
                         const store::Author& by) {
    auto details = filters_of(options);
    for (const auto* name : filters_by_name)
        if (auto* const filter = details.if_contains(name)) *filter = true;
    details["format"] = dataset::to_string(options.format);
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
