#include "service/jobs/retrying.h"

#include <boost/json.hpp>

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

/// Whether admins alone may queue such a job.
bool is_for_admins(const store::Job& job) {
    if (job.kind == shadow_kind) return false;
    if (job.kind != import_kind) return true;
    boost::system::error_code failed;
    const auto read = boost::json::parse(job.parameters, failed);
    const auto says = [&](const char* name) {
        const auto* value = read.is_object() ? read.get_object().if_contains(name) : nullptr;
        return value != nullptr && value->is_bool() && value->get_bool();
    };
    return failed || says("names_from_data") || (says("make_labels") && !says("dry_run"));
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
    const auto ended = store.job(id);
    if (!ended) return ended.error();
    // Who queued it may have been one then.
    if (who.role != identity::Role::admin && is_for_admins(*ended))
        return Error{ErrorKind::forbidden, "Only an admin may do this."};
    return retry_job(store, uploads, id, store::Author{who.user, who.name});
}

}  // namespace croquis::service
