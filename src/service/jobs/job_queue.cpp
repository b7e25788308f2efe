#include "service/jobs/job_queue.h"

#include "service/jobs/job_kinds.h"

namespace croquis::service {

store::Job new_job(const char* kind, const std::optional<store::Author>& by, int project) {
    store::Job job;
    job.id = Uuid::v7();
    job.kind = kind;
    job.created_by = by;
    job.project = project;
    job.created_at = job.due_at = now();
    return job;
}

Result<store::Job> queue_retagging(store::Store& store, const std::optional<store::Author>& by,
                                   int project) {
    return store.add_job(new_job(retag_kind, by, project), store::OpenAtOnce::any);
}

}  // namespace croquis::service
