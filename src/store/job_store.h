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

/// Background jobs. Thread-safe, as Store says.
class JobStore {
  public:
    /// Queues a job and returns it. With `unless_open`, where one of its kind and project is queued
    /// or running, that one is returned and nothing is added.
    virtual Result<Job> add_job(const Job& job, bool unless_open) = 0;
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

  protected:
    ~JobStore() = default;
};

}  // namespace croquis::store
