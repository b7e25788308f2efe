#include "api/api.h"
#include "api/routes/annotator_routes.h"

namespace croquis::api {

http::Router annotator_api(const Services& services, identity::Identity& identity,
                           store::Store& store, const WorkerPools& workers,
                           const ApiOptions& options) {
    // Not by make_shared: clang 14, which the fuzz targets are built with, initialises no aggregate
    // so.
    const std::shared_ptr<AnnotatorContext> context(
        new AnnotatorContext{services, identity, store, workers.requests, workers.passwords,
                             workers.analyses, options.base_path, options.on_job,
                             options.decode.max_bytes, options.demo, options.trainings});
    const Guard guard(context);
    http::Router router;
    add_sign_in_routes(router, guard);
    add_projects_routes(router, guard);
    add_drawings_routes(router, guard);
    add_review_routes(router, guard);
    add_quality_routes(router, guard);
    add_duplicates_routes(router, guard);
    add_queue_routes(router, guard);
    add_recheck_routes(router, guard);
    add_moderation_routes(router, guard);
    add_labels_routes(router, guard);
    add_exports_routes(router, guard);
    add_imports_routes(router, guard, options.max_import_bytes);
    add_models_routes(router, guard);
    add_jobs_routes(router, guard);
    add_job_events_routes(router, guard);
    add_users_routes(router, guard);
    add_demo_routes(router, guard);
    add_audit_routes(router, guard);
    add_people_routes(router, guard);
    return router;
}

}  // namespace croquis::api
