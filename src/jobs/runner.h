#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/metrics.h"
#include "core/mutex.h"
#include "jobs/job_metrics.h"
#include "store/job_store.h"

/// Durable background work: what is queued in the store is done by one of the processes that share
/// it, and done again from the start where that process dies. No use case lives here.
namespace croquis::jobs {

/// A job as its work sees it.
class Task {
  public:
    explicit Task(store::Job job) : job_(std::move(job)) {}

    [[nodiscard]] const store::Job& job() const { return job_; }
    /// How far the work is, 0…1. What is told is shown within a second.
    void progress(double part) { progress_ = static_cast<float>(part); }
    /// How it goes, as JSON, for those who follow it; shown within a second.
    void tell(std::string detail) {
        const MutexLock lock(mutex_);
        detail_ = std::move(detail);
    }
    /// Whether the work should end soon, with any error: it was cancelled, another worker has it,
    /// or the program stops.
    [[nodiscard]] bool is_stopped() const { return stopped_; }

  private:
    friend class Runner;

    /// What was told since it was taken last.
    std::optional<std::string> take_detail() {
        const MutexLock lock(mutex_);
        return std::exchange(detail_, std::nullopt);
    }

    const store::Job job_;
    Mutex mutex_;
    std::optional<std::string> detail_ CROQUIS_GUARDED_BY(mutex_);
    std::atomic<float> progress_{0};
    std::atomic<bool> stopped_{false};
    std::atomic<bool> cancelled_{false};
    std::atomic<bool> lost_{false};
};

/// What is done for a kind of job; returns its result as JSON. It may be begun again after it was
/// cut off anywhere, so doing it twice must come to the same.
using Work = std::function<Result<std::string>(Task&)>;

struct RunnerOptions {
    std::chrono::milliseconds poll{1000};     ///< how often other processes' jobs are looked for
    std::chrono::milliseconds renew{500};     ///< how often a running job says that it lives
    std::chrono::milliseconds lease{15'000};  ///< after which a silent one is another's
    /// Told of each job that ended here, for what it leaves to be tidied up. May be empty.
    std::function<void(const store::Job&)> on_ended = {};
    /// Counts what is done; null for nothing. Must outlive the runner.
    Metrics* metrics = nullptr;
    /// Whose the leases are: the process's id, where it says that it is there. Runners of one
    /// process may share it, where none has a kind of another's. Empty: the runner's own.
    std::string owner = {};
};

/// Does one job at a time, of the kinds that it has works for, on a thread that gives way to
/// others. A job that the store, or another server, kept from its end for a moment is begun again
/// when its lease has expired, most_job_attempts times in all. Thread-safe.
class Runner {
  public:
    Runner(store::JobStore& store, std::map<std::string, Work> works, RunnerOptions options = {});
    ~Runner();
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    /// Looks for a job at once.
    void wake();
    /// Ends the running job, which whoever comes next begins again, and joins.
    void stop();

  private:
    void run();
    bool do_one();
    void work_at(const store::Job& job);
    /// How it ended, as JobMetrics has it.
    std::string_view end(Task& task, const Result<std::string>& result);
    void keep_last_word(Task& task);
    void keep_alive(Task& task, const std::stop_token& done);
    [[nodiscard]] store::JobOutcome outcome_of(Task& task, const Result<std::string>& result) const;
    [[nodiscard]] store::JobLease lease() const;

    store::JobStore& store_;
    const std::map<std::string, Work> works_;
    const std::vector<std::string> kinds_;
    const RunnerOptions options_;
    const std::string owner_;
    std::map<std::string, JobMetrics> metrics_;  ///< by kind; empty where nothing is counted
    bool failing_ = false;                       ///< the thread's own
    Mutex mutex_;
    ConditionVariable changed_;
    bool woken_ CROQUIS_GUARDED_BY(mutex_) = false;
    Task* current_ CROQUIS_GUARDED_BY(mutex_) = nullptr;
    bool stopping_ CROQUIS_GUARDED_BY(mutex_) = false;
    std::thread thread_;
};

}  // namespace croquis::jobs
