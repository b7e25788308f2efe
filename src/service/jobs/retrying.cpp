#include "service/jobs/retrying.h"

#include "core/mutex.h"
#include "service/jobs/job_kinds.h"
#include "service/jobs/waiting.h"
#include "store/job_store.h"
#include "store/records.h"

namespace croquis::service {
namespace {

/// Of these kinds a project has one at a time, whoever queues it.
bool is_alone(const std::string& kind) {
    return kind == teach_kind || kind == train_kind;
}

Error upload_gone() {
    return {ErrorKind::conflict,
            "What was uploaded for this import is not kept any more: send it again.",
            {},
            0,
            "upload_gone"};
}

/// The upload first: a worker may be at the new job as soon as it is queued. Where the store does
/// not take the job, it goes back.
Result<store::Job> retry_import(store::Store& store, Spool& uploads, const Uuid& id,
                                const store::JobRetry& retry) {
    // Whoever comes second here is told that the first retries it, not that its upload is gone.
    const MutexLock lock(uploads.moving());
    const auto open = store.open_retry(id);
    if (!open) return open.error();
    const auto before = to_string(id);
    const auto after = to_string(retry.as);
    if (!*open) {
        const auto moved = uploads.move(before, after);
        if (!moved && moved.error().kind == ErrorKind::not_found) return upload_gone();
        if (!moved) return moved.error();
    }
    auto queued = store.retry_job(id, retry);
    if (!queued && !*open) uploads.move(after, before);
    return queued;
}

}  // namespace

Result<store::Job> retry_job(store::Store& store, Spool& uploads, const Uuid& id,
                             const store::Author& by) {
    const auto ended = store.job(id);
    if (!ended) return ended.error();
    const store::JobRetry retry{Uuid::v7(), by, is_alone(ended->kind), now()};
    const bool can_be =
        ended->state == store::JobState::failed || ended->state == store::JobState::cancelled;
    if (ended->kind == import_kind && can_be) return retry_import(store, uploads, id, retry);
    return store.retry_job(id, retry);
}

Result<store::Job> retry_job(store::Store& store, Spool& uploads, const Uuid& id,
                             const identity::Principal& who) {
    const auto own = check_own_job(store, id, who, "Who queued a job may retry it, and an admin.");
    if (!own) return own.error();
    return retry_job(store, uploads, id, store::Author{who.user, who.name});
}

}  // namespace croquis::service
