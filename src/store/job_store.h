#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "store/model.h"

namespace croquis::store {

/// A job that ends its worker so often is not begun again.
inline constexpr int most_job_attempts = 3;

/// How a job that ended is begun anew, as another one.
struct JobRetry {
    Uuid as;                ///< Uuid::v7(), of the new one
    Author by;              ///< who asks for it; the new one is theirs who queued the one before
    bool is_alone = false;  ///< of its kind and project there is one at a time
    Timestamp at;
};

/// How many jobs of one kind and project may be queued or running at a time.
enum class OpenAtOnce { any, one };

/// What reviews came to for a job that follows so many of them.
struct JobAfterReviews {
    std::optional<Job> queued;  ///< absent where none is due
    /// Reviews that are missing until the next is due, as far as is known: all of them where one
    /// was queued just now, or is open.
    std::size_t missing = 0;
};

/// Background jobs. Thread-safe, as Store says.
class JobStore {
  public:
    /// Queues a job and returns it. Where there may be one and there is, that one is returned and
    /// nothing is added.
    virtual Result<Job> add_job(const Job& job, OpenAtOnce at_once) = 0;
    /// Queues the job where people set the tags of at least `reviews` drawings of its project since
    /// the last of its kind began there (or, as long as it has not, was queued), and none of the
    /// kind is open there. Looks at no more than so many drawings.
    virtual Result<JobAfterReviews> add_job_after_reviews(const Job& job, std::size_t reviews) = 0;
    virtual Result<Job> job(const Uuid& id) = 0;
    /// Newest first; `after` is the last of the page before. Errors: invalid (limit: 1 to 200).
    virtual Result<std::vector<Job>> jobs(std::size_t limit, const std::optional<Uuid>& after) = 0;
    /// Those that have not ended, by kind; of a kind without any there is no entry.
    virtual Result<std::map<std::string, OpenJobs>> open_jobs(Timestamp at) = 0;
    /// Takes, of these kinds, the job that has been due for longest and that nobody has, or whose
    /// lease has expired at `at`. One that was to be cancelled is cancelled instead, and one that
    /// was begun most_job_attempts times fails instead.
    virtual Result<std::optional<Job>> claim_job(const std::vector<std::string>& kinds,
                                                 const JobLease& lease, Timestamp at) = 0;
    /// Renews the lease and says how far the work is, and how it goes where `detail` is not absent;
    /// returns whether it is to be cancelled. Conflict where the lease is not the owner's any more.
    virtual Result<bool> renew_job(const Uuid& id, const JobLease& lease, float progress,
                                   const std::optional<std::string>& detail = {}) = 0;
    /// Conflict where the lease is not the owner's any more.
    virtual Result<void> finish_job(const Uuid& id, const std::string& owner,
                                    const JobOutcome& outcome, Timestamp at) = 0;
    /// Cancels a job that nobody has and asks a running one to stop; returns it. Errors: not_found;
    /// conflict (code job_ended) where it has ended.
    virtual Result<Job> cancel_job(const Uuid& id, Timestamp at) = 0;
    /// Queues what the job, failed or cancelled, was to do, and returns the new one, whose
    /// parameters name the one before. Errors: not_found; conflict (code job_under_way: it has not
    /// ended, is being retried, or another one is open where it is alone; code job_succeeded).
    virtual Result<Job> retry_job(const Uuid& id, const JobRetry& retry) = 0;
    /// The job that retries this one and has not ended.
    virtual Result<std::optional<Job>> open_retry(const Uuid& id) = 0;

  protected:
    ~JobStore() = default;
};

}  // namespace croquis::store
