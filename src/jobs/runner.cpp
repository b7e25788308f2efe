#include "jobs/runner.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "core/bytes.h"
#include "core/sleep.h"
#include "core/this_thread.h"

namespace croquis::jobs {

namespace {

std::vector<std::string> kinds_of(const std::map<std::string, Work>& works) {
    std::vector<std::string> kinds;
    kinds.reserve(works.size());
    for (const auto& [kind, work] : works) kinds.push_back(kind);
    return kinds;
}

std::map<std::string, JobMetrics> metrics_of(Metrics* metrics,
                                             const std::vector<std::string>& kinds) {
    std::map<std::string, JobMetrics> all;
    if (metrics == nullptr) return all;
    for (const auto& kind : kinds) all.emplace(kind, JobMetrics(*metrics, kind));
    return all;
}

/// Whether the same may go through soon, as it does where the store is away for a moment: who says
/// so names when to ask again.
bool is_for_later(const Task& task, const Result<std::string>& result) {
    if (result || task.is_stopped()) return false;
    return result.error().kind == ErrorKind::unavailable && result.error().retry_after_s > 0 &&
           task.job().attempts < store::most_job_attempts;
}

}  // namespace

Runner::Runner(store::JobStore& store, std::map<std::string, Work> works, RunnerOptions options)
    : store_(store),
      works_(std::move(works)),
      kinds_(kinds_of(works_)),
      options_(std::move(options)),
      owner_(options_.owner.empty() ? to_hex(random_bytes(16)) : options_.owner),
      metrics_(metrics_of(options_.metrics, kinds_)),
      thread_([this] { run(); }) {}

Runner::~Runner() {
    stop();
}

void Runner::wake() {
    const MutexLock lock(mutex_);
    woken_ = true;
    changed_.notify_all();
}

void Runner::stop() {
    {
        const MutexLock lock(mutex_);
        stopping_ = true;
        if (current_ != nullptr) current_->stopped_ = true;
        changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
}

void Runner::run() {
    name_this_thread("jobs");
    give_way_to_other_threads();
    for (;;) {
        while (do_one()) {
        }
        const MutexLock lock(mutex_);
        const auto poll_at = std::chrono::steady_clock::now() + options_.poll;
        while (!woken_ && !stopping_ && changed_.wait_until(mutex_, poll_at)) {
        }
        woken_ = false;
        if (stopping_) return;
    }
}

store::JobLease Runner::lease() const {
    return {owner_, now() + options_.lease};
}

/// Whether there was one, and there may be more.
bool Runner::do_one() {
    {
        const MutexLock lock(mutex_);
        if (stopping_) return false;
    }
    const auto job = store_.claim_job(kinds_, lease(), now());
    if (!job) {
        // Once: a store that is away is told of by what people ask of it.
        if (!std::exchange(failing_, true))
            spdlog::warn("cannot look for jobs: {}", job.error().detail);
        return false;
    }
    failing_ = false;
    if (!*job) return false;
    work_at(**job);
    return true;
}

void Runner::work_at(const store::Job& job) {
    spdlog::info("job {}: {} begins", to_string(job.id), job.kind);
    const auto begun = std::chrono::steady_clock::now();
    const auto counted = metrics_.find(job.kind);
    if (counted != metrics_.end()) counted->second.begun();
    Task task(job);
    {
        const MutexLock lock(mutex_);
        current_ = &task;
        task.stopped_ = stopping_;
    }
    const auto result = [&]() -> Result<std::string> {
        const std::jthread heart([&](const std::stop_token& done) { keep_alive(task, done); });
        try {
            return works_.at(job.kind)(task);
        } catch (const std::exception& thrown) {
            spdlog::error("job {} threw: {}", to_string(job.id), thrown.what());
            return Error{ErrorKind::internal, "The work failed; the server's log says why."};
        }
    }();
    {
        const MutexLock lock(mutex_);
        current_ = nullptr;
    }
    const auto outcome = task.lost_ ? JobMetrics::lost : end(task, result);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    if (counted != metrics_.end()) counted->second.ended(outcome, took.count());
}

std::string_view Runner::end(Task& task, const Result<std::string>& result) {
    const auto& job = task.job();
    keep_last_word(task);
    if (is_for_later(task, result)) {
        // It was begun once more, and counts: so it ends. The rest of the lease is the pause.
        spdlog::warn("job {}: {} is begun again when its lease has expired: {}", to_string(job.id),
                     job.kind, result.error().detail);
        return JobMetrics::handed_back;
    }
    const auto outcome = outcome_of(task, result);
    spdlog::info("job {}: {} {}", to_string(job.id), job.kind,
                 result ? "is done" : result.error().detail);
    // Where this fails, the lease expires and the work is begun again.
    if (const auto ended = store_.finish_job(job.id, owner_, outcome, now()); !ended) {
        spdlog::warn("job {} cannot be ended: {}", to_string(job.id), ended.error().detail);
        return JobMetrics::lost;
    }
    if (outcome.state == store::JobState::queued) return JobMetrics::handed_back;
    if (options_.on_ended) options_.on_ended(job);
    if (outcome.state == store::JobState::succeeded) return JobMetrics::succeeded;
    return outcome.state == store::JobState::failed ? JobMetrics::failed : JobMetrics::cancelled;
}

/// What was told since the lease was renewed last. Where it cannot be kept, the job ends without.
void Runner::keep_last_word(Task& task) {
    const auto detail = task.take_detail();
    if (!detail) return;
    if (const auto kept = store_.renew_job(task.job().id, lease(), task.progress_, detail); !kept)
        spdlog::warn("what job {} told last is lost: {}", to_string(task.job().id),
                     kept.error().detail);
}

/// What was done is done, even where it was to be cancelled.
store::JobOutcome Runner::outcome_of(Task& task, const Result<std::string>& result) const {
    if (result) return {store::JobState::succeeded, *result, std::nullopt};
    if (task.cancelled_) return {store::JobState::cancelled, std::nullopt, std::nullopt};
    if (task.stopped_) return {store::JobState::queued, std::nullopt, std::nullopt};
    return {store::JobState::failed, std::nullopt, result.error().detail};
}

/// A store that cannot be reached now may be reached again before the lease has expired.
void Runner::keep_alive(Task& task, const std::stop_token& done) {
    name_this_thread("jobs-lease");
    auto expires = now() + options_.lease;
    while (sleep_unless_stopped(done, options_.renew)) {
        const auto next = lease();
        const auto cancel =
            store_.renew_job(task.job().id, next, task.progress_, task.take_detail());
        if (cancel) expires = next.until;
        if (cancel && *cancel) task.cancelled_ = true;
        task.lost_ = !cancel && (cancel.error().kind == ErrorKind::conflict || now() >= expires);
        if (task.cancelled_ || task.lost_) task.stopped_ = true;
        if (task.lost_) return;
    }
}

}  // namespace croquis::jobs
