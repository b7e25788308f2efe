#include "service/jobs/waiting.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "service/jobs/job_kinds.h"
#include "store/records.h"

namespace croquis::service {
namespace {

using OpenByKind = std::map<std::string, store::OpenJobs>;

/// Who is at what in a store.
struct AtWork {
    OpenByKind open;
    std::vector<store::Worker> workers;
};

Result<AtWork> look(store::Store& store, Timestamp at) {
    auto open = store.open_jobs(at);
    if (!open) return open.error();
    auto workers = store.workers(at);
    if (!workers) return workers.error();
    return AtWork{std::move(*open), std::move(*workers)};
}

template <class Kinds>
bool has(const Kinds& kinds, const std::string& kind) {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

/// What works() does is done by one thread, and so are trainings; every other kind by one of its
/// own.
std::vector<std::string> done_in_turn_with(const std::string& kind) {
    if (has(kinds_in_turn, kind)) return {kinds_in_turn.begin(), kinds_in_turn.end()};
    if (has(train_kinds, kind)) return {train_kinds.begin(), train_kinds.end()};
    return {kind};
}

bool is_free(const store::Worker& worker, const std::vector<std::string>& kinds) {
    return std::none_of(worker.jobs.begin(), worker.jobs.end(),
                        [&](const store::JobAtWork& job) { return has(kinds, job.kind); });
}

/// Also by a process that says of itself no more than that.
bool are_at_work(const std::vector<std::string>& kinds, const OpenByKind& open) {
    return std::any_of(kinds.begin(), kinds.end(), [&](const std::string& kind) {
        const auto found = open.find(kind);
        return found != open.end() && found->second.running > 0;
    });
}

WaitsFor waits_for(const std::string& kind, const AtWork& at_work) {
    const auto in_turn = done_in_turn_with(kind);
    bool is_taken = are_at_work(in_turn, at_work.open);
    for (const auto& worker : at_work.workers) {
        if (!takes(worker, kind)) continue;
        if (is_free(worker, in_turn)) return WaitsFor::claim;
        is_taken = true;
    }
    return is_taken ? WaitsFor::turn : WaitsFor::worker;
}

Waiting waiting(const store::Job& job, const AtWork& at_work) {
    Waiting waits{waits_for(job.kind, at_work)};
    if (job.state == store::JobState::running)
        waits.since = job.lease_until;
    else if (!job.started_at)
        waits.since = job.created_at;
    return waits;
}

Result<std::vector<JobView>> seen(store::Store& store, std::vector<store::Job> jobs) {
    const auto at = now();
    std::vector<JobView> views;
    std::optional<AtWork> at_work;
    for (auto& job : jobs) {
        auto& view = views.emplace_back();
        static_cast<store::Job&>(view) = std::move(job);
        if (!store::is_nobodys(view, at)) continue;
        if (!at_work) {
            auto looked = look(store, at);
            if (!looked) return looked.error();
            at_work = std::move(*looked);
        }
        view.waiting = waiting(view, *at_work);
    }
    return views;
}

Result<JobView> seen_one(store::Store& store, Result<store::Job> job) {
    if (!job) return job.error();
    std::vector<store::Job> one;
    one.push_back(std::move(*job));
    auto views = seen(store, std::move(one));
    if (!views) return views.error();
    return std::move(views->front());
}

}  // namespace

std::string_view to_string(WaitsFor waits_for) {
    if (waits_for == WaitsFor::turn) return "turn";
    return waits_for == WaitsFor::claim ? "claim" : "worker";
}

std::string needed_for(const std::string& kind) {
    if (has(train_kinds, kind))
        return "a server or a worker that has croquis-train (croquis worker --train-program FILE)";
    if (kind == mlflow_kind)
        return "a server or a worker that tells an MLflow server (--mlflow URL)";
    return "a server that does jobs, or a worker, on this store (croquis worker)";
}

std::string reason(const JobView& job) {
    if (!job.waiting) return {};
    const std::string silent =
        job.state == store::JobState::running ? "Whoever had it has fallen silent. " : "";
    switch (job.waiting->waits_for) {
        case WaitsFor::claim:
            return silent + "Whoever does such jobs begins it within seconds.";
        case WaitsFor::turn:
            return silent + "Whoever does such jobs is at another one.";
        case WaitsFor::worker:
            return fmt::format(
                "{}No server or worker that is running does such jobs. It waits for {}.", silent,
                needed_for(job.kind));
    }
    return {};
}

Result<std::vector<JobView>> list_jobs(store::Store& store, std::size_t limit,
                                       const std::optional<Uuid>& after) {
    auto jobs = store.jobs(limit, after);
    if (!jobs) return jobs.error();
    return seen(store, std::move(*jobs));
}

Result<JobView> find_job(store::Store& store, const Uuid& id) {
    return seen_one(store, store.job(id));
}

Result<JobView> cancel_job(store::Store& store, const Uuid& id) {
    return seen_one(store, store.cancel_job(id, now()));
}

Result<JobView> cancel_job(store::Store& store, const Uuid& id, const identity::Principal& who) {
    const auto own = check_own_job(store, id, who, "Who queued a job may cancel it, and an admin.");
    if (!own) return own.error();
    return cancel_job(store, id);
}

Result<void> check_own_job(store::JobStore& store, const Uuid& id, const identity::Principal& who,
                           const char* otherwise) {
    if (who.role == identity::Role::admin) return {};
    const auto job = store.job(id);
    if (!job && job.error().kind != ErrorKind::not_found) return job.error();
    if (job && job->created_by && job->created_by->id == who.user) return {};
    return Error{ErrorKind::forbidden, otherwise};
}

Result<std::vector<store::Worker>> list_workers(store::WorkerStore& store) {
    return store.workers(now());
}

bool takes(const store::Worker& worker, const std::string& kind) {
    return has(worker.kinds, kind);
}

}  // namespace croquis::service
