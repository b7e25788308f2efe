#include "store/group_commit.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/this_thread.h"
#include "store/failure.h"

namespace croquis::store {
namespace {

namespace asio = boost::asio;

/// From here on a commit's own cost is less than that of the rows in it, and to wait gains little.
constexpr std::size_t linger_below = 10;

/// A handler that throws must not take its neighbours' answers with it.
void answer(PendingSubmission& pending, Result<SubmitResult> result) {
    try {
        pending.done(std::move(result));
    } catch (const std::exception& thrown) {
        spdlog::error("store: the handler of a submission's answer threw: {}", thrown.what());
    }
}

}  // namespace

GroupCommit::GroupCommit(std::size_t writers, const StoreOptions& options, Metrics& metrics,
                         Commit commit)
    : max_batch_(std::max<std::size_t>(options.max_batch, 1)),
      capacity_(options.queue_capacity),
      linger_(options.linger),
      commit_(std::move(commit)),
      batch_sizes_(metrics.sizes("croquis_store_batch_size", "Submissions in one commit")),
      commit_seconds_(metrics.seconds("croquis_store_commit_seconds",
                                      "From taking a batch to its durable commit")),
      queue_length_(
          metrics.gauge("croquis_store_queue_length", "Submissions pending for a writer")),
      refused_(metrics.counter("croquis_store_refused_total",
                               "Submissions refused because the queue was full")),
      pool_(writers),
      linger_timer_(pool_) {
    for (std::size_t writer = writers; writer > 0; --writer) idle_.push_back(writer - 1);
}

GroupCommit::~GroupCommit() {
    stop();
}

void GroupCommit::submit(Submission submission, Store::SubmitHandler done) {
    PendingSubmission pending{std::move(submission), std::move(done)};
    if (enqueue(pending)) return;
    answer(pending,
           Error{ErrorKind::unavailable, "The store is at its limit; try again shortly.", {}, 1});
}

/// Takes `pending` only where it returns true.
bool GroupCommit::enqueue(PendingSubmission& pending) {
    const MutexLock lock(mutex_);
    if (stopped_ || queue_.size() >= capacity_) {
        refused_.Increment();
        return false;
    }
    queue_.push_back(std::move(pending));
    wake_writer();
    return true;
}

void GroupCommit::wake_writer() {
    if (lingering_) {
        if (!should_linger()) linger_timer_.cancel();
        return;
    }
    if (idle_.empty()) return;
    const std::size_t writer = idle_.back();
    idle_.pop_back();
    asio::post(pool_, [this, writer] { drain(writer); });
}

bool GroupCommit::should_linger() const {
    return !stopped_ && last_batch_ > 1 && queue_.size() < std::min(max_batch_, linger_below);
}

void GroupCommit::drain(std::size_t writer) {
    name_this_thread("store");
    {
        const MutexLock lock(mutex_);
        if (!queue_.empty() && linger_.count() > 0 && should_linger()) {
            if (lingering_)
                idle_.push_back(writer);
            else
                start_linger(writer);
            return;
        }
    }
    drain_now(writer);
}

void GroupCommit::start_linger(std::size_t writer) {
    lingering_ = true;
    linger_timer_.expires_after(linger_);
    linger_timer_.async_wait([this, writer](const boost::system::error_code&) {
        {
            const MutexLock lock(mutex_);
            lingering_ = false;
        }
        drain_now(writer);
    });
}

void GroupCommit::drain_now(std::size_t writer) {
    auto pending = take_batch();
    if (pending.empty()) {
        const MutexLock lock(mutex_);
        if (queue_.empty()) {
            idle_.push_back(writer);
            return;
        }
    } else {
        commit(writer, std::move(pending));
    }
    // Posted rather than looped, so that other jobs get their turn between two batches.
    asio::post(pool_, [this, writer] { drain(writer); });
}

std::vector<PendingSubmission> GroupCommit::take_batch() {
    const MutexLock lock(mutex_);
    const auto count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), max_batch_));
    std::vector<PendingSubmission> batch(std::make_move_iterator(queue_.begin()),
                                         std::make_move_iterator(queue_.begin() + count));
    queue_.erase(queue_.begin(), queue_.begin() + count);
    if (count > 0) last_batch_ = batch.size();
    queue_length_.Set(static_cast<double>(queue_.size()));
    return batch;
}

void GroupCommit::commit(std::size_t writer, std::vector<PendingSubmission> pending) {
    Batch batch;
    batch.reserve(pending.size());
    for (auto& each : pending) batch.push_back(std::move(each.submission));
    Stopwatch watch;
    auto answers = commit_guarded(writer, batch);
    watch.lap(commit_seconds_);
    batch_sizes_.Observe(static_cast<double>(batch.size()));
    for (std::size_t i = 0; i < pending.size(); ++i) answer(pending[i], std::move(answers[i]));
}

GroupCommit::Answers GroupCommit::commit_guarded(std::size_t writer, Batch& batch) {
    auto answers = guarded([&] { return commit_(writer, batch); });
    if (answers && answers->size() == batch.size()) return std::move(*answers);
    const Error error =
        answers ? Error{ErrorKind::internal, "The store lost count of a batch."} : answers.error();
    return Answers(batch.size(), Result<SubmitResult>(error));
}

void GroupCommit::stop() {
    {
        const MutexLock lock(mutex_);
        stopped_ = true;
        if (lingering_) linger_timer_.cancel();
    }
    std::call_once(joined_, [this] { pool_.join(); });
}

}  // namespace croquis::store
