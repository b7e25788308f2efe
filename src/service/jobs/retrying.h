#pragma once

#include "core/spool.h"
#include "identity/identity.h"
#include "store/store.h"

/// Jobs that failed or were cancelled, begun anew.
namespace croquis::service {

/// Queues what the job was to do as another job, in the name of whoever queued that; `by` is who
/// asks for it. The upload of an import goes over to the new job. It blocks. Errors: not_found,
/// unavailable; conflict (codes job_under_way and job_succeeded, as JobStore::retry_job has them,
/// and upload_gone: `uploads` does not have what an import was to bring in).
Result<store::Job> retry_job(store::Store& store, Spool& uploads, const Uuid& id,
                             const store::Author& by);
/// The same for a user, who must be allowed what the job does now. Errors: also forbidden; those of
/// check_own_job.
Result<store::Job> retry_job(store::Store& store, Spool& uploads, const Uuid& id,
                             const identity::Principal& who);

}  // namespace croquis::service
