#pragma once

#include <chrono>
#include <vector>

#include "core/error.h"
#include "store/model.h"

namespace croquis::store {

/// For how long one that is taken to be dead is remembered: its clock may be slow.
inline constexpr std::chrono::hours silent_workers_last{1};

/// The processes that do jobs, whether they are at one or idle. Thread-safe, as Store says.
class WorkerStore {
  public:
    /// Writes a process down, or that it was seen at `worker.seen_at` and is there until
    /// `worker.expires_at`, and forgets those that have been silent for longer than
    /// silent_workers_last. Its jobs are not looked at.
    virtual Result<void> renew_worker(const Worker& worker) = 0;
    /// Forgets one that ends. Nothing where it is not there.
    virtual Result<void> remove_worker(const Uuid& id) = 0;
    /// Those that are there at that moment, the oldest first, each with the jobs that it is at. A
    /// thousand at most.
    virtual Result<std::vector<Worker>> workers(Timestamp at) = 0;

  protected:
    ~WorkerStore() = default;
};

}  // namespace croquis::store
