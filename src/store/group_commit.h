#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <vector>

#include "core/metrics.h"
#include "core/mutex.h"
#include "store/store.h"

namespace croquis::store {

/// A submission that waits for its commit, and the handler of its answer.
struct PendingSubmission {
    Submission submission;
    Store::SubmitHandler done;
};

/// Lets submissions that wait together share one commit. An idle writer takes the first submission
/// at once; while all writers commit, the next batch gathers. Where the last one had company, a
/// small batch lingers for a moment, because more are on their way; the other writers stay idle
/// meanwhile. Thread-safe.
class GroupCommit {
  public:
    using Batch = std::vector<Submission>;
    using Answers = std::vector<Result<SubmitResult>>;
    /// Stores a batch on the connection number `writer` and says what became of each, in order. It
    /// returns only once the commit is durable or has failed.
    using Commit = std::function<Answers(std::size_t writer, Batch& batch)>;

    GroupCommit(std::size_t writers, const StoreOptions& options, Metrics& metrics, Commit commit);
    ~GroupCommit();
    GroupCommit(const GroupCommit&) = delete;
    GroupCommit& operator=(const GroupCommit&) = delete;

    void submit(Submission submission, Store::SubmitHandler done);

    /// Runs `job` on a writer's thread, in turn with the batches, and waits for it: how the one
    /// connection that writes to SQLite is shared. Unavailable once stopped.
    template <class Job>
    std::invoke_result_t<Job&> run(Job job);

    /// Refuses what comes from now on, commits what waits, answers it, and joins.
    void stop();

  private:
    bool enqueue(PendingSubmission& pending);
    void wake_writer() CROQUIS_REQUIRES(mutex_);
    void drain(std::size_t writer);
    void drain_now(std::size_t writer);
    [[nodiscard]] bool should_linger() const CROQUIS_REQUIRES(mutex_);
    void start_linger(std::size_t writer) CROQUIS_REQUIRES(mutex_);
    std::vector<PendingSubmission> take_batch();
    void commit(std::size_t writer, std::vector<PendingSubmission> pending);
    Answers commit_guarded(std::size_t writer, Batch& batch);

    const std::size_t max_batch_;
    const std::size_t capacity_;
    const std::chrono::microseconds linger_;
    const Commit commit_;
    prometheus::Histogram& batch_sizes_;
    prometheus::Histogram& commit_seconds_;
    prometheus::Gauge& queue_length_;
    prometheus::Counter& refused_;

    Mutex mutex_;
    std::deque<PendingSubmission> queue_ CROQUIS_GUARDED_BY(mutex_);
    std::vector<std::size_t> idle_ CROQUIS_GUARDED_BY(mutex_);  ///< writers that wait for work
    std::size_t last_batch_ CROQUIS_GUARDED_BY(mutex_) = 0;
    bool lingering_ CROQUIS_GUARDED_BY(mutex_) = false;
    bool stopped_ CROQUIS_GUARDED_BY(mutex_) = false;
    std::once_flag joined_;
    boost::asio::thread_pool pool_;
    boost::asio::steady_timer linger_timer_;
};

template <class Job>
std::invoke_result_t<Job&> GroupCommit::run(Job job) {
    std::packaged_task<std::invoke_result_t<Job&>()> task(std::move(job));
    auto done = task.get_future();
    {
        const MutexLock lock(mutex_);
        if (stopped_) return Error{ErrorKind::unavailable, "The store is stopping.", {}, 1};
        boost::asio::post(pool_, std::move(task));
    }
    return done.get();
}

}  // namespace croquis::store
