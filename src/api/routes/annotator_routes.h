#pragma once

#include "api/routes/guard.h"

/// The annotator API's routes, a function for each subject.
namespace croquis::api {

void add_sign_in_routes(http::Router& router, const Guard& guard);
void add_projects_routes(http::Router& router, const Guard& guard);
void add_drawings_routes(http::Router& router, const Guard& guard);
void add_review_routes(http::Router& router, const Guard& guard);
void add_quality_routes(http::Router& router, const Guard& guard);
void add_duplicates_routes(http::Router& router, const Guard& guard);
void add_queue_routes(http::Router& router, const Guard& guard);
void add_recheck_routes(http::Router& router, const Guard& guard);
void add_moderation_routes(http::Router& router, const Guard& guard);
void add_labels_routes(http::Router& router, const Guard& guard);
void add_exports_routes(http::Router& router, const Guard& guard);
void add_imports_routes(http::Router& router, const Guard& guard, std::uint64_t max_body_bytes);
void add_models_routes(http::Router& router, const Guard& guard);
void add_job_events_routes(http::Router& router, const Guard& guard);
void add_jobs_routes(http::Router& router, const Guard& guard);
void add_users_routes(http::Router& router, const Guard& guard);
void add_demo_routes(http::Router& router, const Guard& guard);
void add_audit_routes(http::Router& router, const Guard& guard);
void add_people_routes(http::Router& router, const Guard& guard);

}  // namespace croquis::api
