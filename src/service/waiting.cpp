#include "service/waiting.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "service/training_jobs.h"
#include "store/records.h"

namespace croquis::service {
namespace {

using OpenByKind = std::map<std::string, store::OpenJobs>;

/// Teaching and retagging are done by one thread, every other kind by one of its own.
std::vector<std::string> done_in_turn_with(const std::string& kind) {
    if (kind == teach_kind || kind == retag_kind) return {teach_kind, retag_kind};
    return {kind};
}

bool are_at_work(const std::vector<std::string>& kinds, const OpenByKind& open) {
    return std::any_of(kinds.begin(), kinds.end(), [&](const std::string& kind) {
        const auto found = open.find(kind);
        return found != open.end() && found->second.running > 0;
    });
}

Waiting waiting(const store::Job& job, const OpenByKind& open, const KindsDone& here) {
    Waiting waits;
    if (job.state == store::JobState::running)
        waits.since = job.lease_until;
    else if (!job.started_at)
        waits.since = job.created_at;
    if (are_at_work(done_in_turn_with(job.kind), open))
        waits.waits_for = WaitsFor::turn;
    else if (here.contains(job.kind))
        waits.waits_for = WaitsFor::server;
    return waits;
}

Result<std::vector<JobView>> seen(store::JobStore& store, const KindsDone& here,
                                  std::vector<store::Job> jobs) {
    const auto at = now();
    std::vector<JobView> views;
    std::optional<OpenByKind> open;
    for (auto& job : jobs) {
        auto& view = views.emplace_back();
        static_cast<store::Job&>(view) = std::move(job);
        if (!store::is_nobodys(view, at)) continue;
        if (!open) {
            auto counted = store.open_jobs(at);
            if (!counted) return counted.error();
            open = std::move(*counted);
        }
        view.waiting = waiting(view, *open, here);
    }
    return views;
}

Result<JobView> seen_one(store::JobStore& store, const KindsDone& here, Result<store::Job> job) {
    if (!job) return job.error();
    std::vector<store::Job> one;
    one.push_back(std::move(*job));
    auto views = seen(store, here, std::move(one));
    if (!views) return views.error();
    return std::move(views->front());
}

}  // namespace

std::string_view to_string(WaitsFor waits_for) {
    if (waits_for == WaitsFor::turn) return "turn";
    return waits_for == WaitsFor::server ? "server" : "worker";
}

std::string needed_for(const std::string& kind) {
    if (kind == "train")
        return "a server or a worker that has croquis-train (croquis worker --train-program FILE)";
    if (kind == "mlflow") return "a server or a worker that tells an MLflow server (--mlflow URL)";
    return "a server that does jobs, or a worker, on this store (croquis worker)";
}

std::string reason(const JobView& job, const std::string& here) {
    if (!job.waiting) return {};
    const std::string silent =
        job.state == store::JobState::running ? "Whoever had it has fallen silent. " : "";
    switch (job.waiting->waits_for) {
        case WaitsFor::turn:
            return silent + "Whoever does such jobs is at another one.";
        case WaitsFor::server:
            return silent + here + " begins it within seconds.";
        case WaitsFor::worker:
            return fmt::format(
                "{}{} does no such jobs, and nobody has claimed it. It waits for {}.", silent, here,
                needed_for(job.kind));
    }
    return {};
}

Result<std::vector<JobView>> list_jobs(store::JobStore& store, const KindsDone& here,
                                       std::size_t limit, const std::optional<Uuid>& after) {
    auto jobs = store.jobs(limit, after);
    if (!jobs) return jobs.error();
    return seen(store, here, std::move(*jobs));
}

Result<JobView> find_job(store::JobStore& store, const KindsDone& here, const Uuid& id) {
    return seen_one(store, here, store.job(id));
}

Result<JobView> cancel_job(store::JobStore& store, const KindsDone& here, const Uuid& id) {
    return seen_one(store, here, store.cancel_job(id, now()));
}

}  // namespace croquis::service
