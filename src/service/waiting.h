#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "store/job_store.h"

/// Background jobs as those who asked for them see them, with why one that nobody is at waits.
namespace croquis::service {

/// All kinds of jobs that there are.
inline constexpr std::array job_kinds{"teach", "retag", "import", "train", "mlflow"};

/// The kinds of jobs that a process does, of those in its store.
using KindsDone = std::set<std::string>;

/// What a job that nobody is at waits for, as far as a process knows. No process knows of others
/// but by the jobs that they are at.
enum class WaitsFor {
    turn,    ///< such jobs are at work, and whoever does one does one at a time
    server,  ///< the process itself, which does such jobs and looks for one every second
    worker,  ///< another process: this one does no such jobs
};
std::string_view to_string(WaitsFor waits_for);

struct Waiting {
    WaitsFor waits_for = WaitsFor::worker;
    /// Since when nobody has been at it: when it was queued, or when the lease of a process ended
    /// that was silent. Unknown of one that was handed back.
    std::optional<Timestamp> since = {};
};

struct JobView : store::Job {
    std::optional<Waiting> waiting = {};  ///< absent where somebody is at it, or it has ended
};

/// What must be at hand for a job of the kind to be begun.
std::string needed_for(const std::string& kind);
/// Why it waits, in sentences for whoever looks after the program; `here` is what does the telling
/// ("This server"). Empty where it does not.
std::string reason(const JobView& job, const std::string& here);

/// Newest first; `after` is the last of the page before. Errors: invalid (limit: 1 to 200).
Result<std::vector<JobView>> list_jobs(store::JobStore& store, const KindsDone& here,
                                       std::size_t limit, const std::optional<Uuid>& after);
Result<JobView> find_job(store::JobStore& store, const KindsDone& here, const Uuid& id);
/// Errors: those of JobStore::cancel_job.
Result<JobView> cancel_job(store::JobStore& store, const KindsDone& here, const Uuid& id);

}  // namespace croquis::service
