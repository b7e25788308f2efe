#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "service/quality/model_reports.h"
#include "service/transfer/export.h"
#include "store/audit_store.h"
#include "store/model.h"

/// What a request's path, query and headers ask for. All errors are `invalid` with the parameter's
/// name, unless stated otherwise.
namespace croquis::api {

/// The names of what each of these reads, which its route takes.
inline const std::vector<std::string_view> page_parameters{"limit", "cursor"};
inline const std::vector<std::string_view> list_parameters{
    "limit", "cursor", "tag", "min_confidence", "max_confidence", "from", "until"};
inline const std::vector<std::string_view> review_list_parameters{
    "limit",        "cursor", "tag",          "min_confidence", "max_confidence",
    "from",         "until",  "order",        "reviewed",       "tagged_by",
    "tagged_since", "source", "disagreement", "disputed",       "flagged",
    "imported",     "import", "external_id",  "file_name",      "name_contains"};
inline const std::vector<std::string_view> queue_parameters{"limit", "cursor", "import"};
inline const std::vector<std::string_view> queue_progress_parameters{"import"};
inline const std::vector<std::string_view> export_parameters{
    "format",       "tag",         "reviewed",  "tagged_by",      "source",
    "from",         "until",       "split",     "min_confidence", "max_confidence",
    "disagreement", "disputed",    "flagged",   "tagged_since",   "imported",
    "import",       "external_id", "file_name", "name_contains"};
inline const std::vector<std::string_view> audit_parameters{"limit",   "cursor", "actor", "action",
                                                            "subject", "since",  "until"};
inline const std::vector<std::string_view> report_parameters{"against", "as_of"};
inline const std::vector<std::string_view> shadow_parameters{"job"};

/// GET /drawings: limit, cursor, tag, min_confidence, max_confidence, from, until; of annotators
/// also order, reviewed, tagged_by, tagged_since, source, disagreement, disputed, flagged,
/// imported, import, external_id, file_name, name_contains.
Result<store::Query> read_list_query(const http::Request& request, store::Audience audience);
/// GET /queue: limit and cursor.
Result<store::Query> read_queue_query(const http::Request& request);

/// The import whose drawings alone are asked for, as a parameter or a member of this name has it.
Result<std::optional<Uuid>> import_of(std::optional<std::string_view> text);
Result<std::optional<Uuid>> read_import(const http::Request& request);

/// GET /jobs: limit and cursor, newest first.
Result<store::Query> read_jobs_query(const http::Request& request);
/// GET /exports: format, tag, reviewed, tagged_by, tagged_since, source, from, until,
/// min_confidence, max_confidence, split, disagreement, disputed, flagged, imported, import,
/// external_id, file_name, name_contains.
Result<service::ExportOptions> read_export_query(const http::Request& request);

/// GET /models/{id}/report: against, as_of.
Result<service::ReportRequest> read_report_query(const http::Request& request);

/// GET /models/{id}/shadow: the job whose result is asked for.
Result<std::optional<Uuid>> read_shadow_job(const http::Request& request);

/// GET /audit: limit, cursor, actor, action, subject, since, until.
Result<store::AuditQuery> read_audit_query(const http::Request& request);

/// How many are asked for: 1 to `most`. Errors: invalid (limit).
Result<std::size_t> read_limit(const http::Request& request, std::size_t otherwise,
                               std::size_t most);

/// A cursor as the client sees it: base64url of its kind, the drawing's id, and for the queue its
/// place there too. Errors: invalid (cursor), also for one of another kind of order.
std::string write_cursor(store::Order order, const store::Query::Cursor& cursor);
Result<store::Query::Cursor> read_cursor(store::Order order, std::string_view text);

/// The path's {id}.
Result<Uuid> read_id(const http::Request& request);

/// In a drawing's ETag, between its version and the mark of what one person alone is told.
inline constexpr char opinion_mark = '.';

/// The versions that an If-Match allows, or any ("*"). Weak tags match nothing (RFC 9110 section
/// 13.1.1). Errors: precondition_required where the header is missing, invalid where it is
/// too long.
struct IfMatch {
    bool any = false;
    std::vector<int> versions;
};
Result<IfMatch> read_if_match(const http::Request& request);

store::VersionCondition condition_of(const IfMatch& match);

}  // namespace croquis::api
