#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "identity/identity.h"
#include "store/store.h"

/// Background jobs as those who asked for them see them, with why one that nobody is at waits; and
/// who does them.
namespace croquis::service {

/// What a job that nobody is at waits for.
enum class WaitsFor {
    claim,   ///< a process that does such jobs is free, and looks for one every second
    turn,    ///< whoever does such jobs is at another one
    worker,  ///< no process that is running does such jobs
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
/// Why it waits, in sentences for whoever looks after the program. Empty where it does not.
std::string reason(const JobView& job);

/// Newest first; `after` is the last of the page before. Errors: invalid (limit: 1 to 200).
Result<std::vector<JobView>> list_jobs(store::Store& store, std::size_t limit,
                                       const std::optional<Uuid>& after);
Result<JobView> find_job(store::Store& store, const Uuid& id);
/// Errors: those of JobStore::cancel_job.
Result<JobView> cancel_job(store::Store& store, const Uuid& id);
/// The same for a user: one of those whose job it is. Errors: also those of check_own_job.
Result<JobView> cancel_job(store::Store& store, const Uuid& id, const identity::Principal& who);

/// Whoever queued a job may end and retry it, and an admin any. What is not there is nobody's own.
/// Errors: forbidden, with `otherwise` as its words; those of the store.
Result<void> check_own_job(store::JobStore& store, const Uuid& id, const identity::Principal& who,
                           const char* otherwise);

/// The processes that do jobs now, the oldest first.
Result<std::vector<store::Worker>> list_workers(store::WorkerStore& store);
/// Whether it does jobs of the kind, at some time.
bool takes(const store::Worker& worker, const std::string& kind);

}  // namespace croquis::service
