#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "core/error.h"
#include "core/metrics.h"
#include "core/worker_pool.h"
#include "jobs/presence.h"
#include "jobs/runner.h"
#include "recognition/batcher.h"
#include "server/config.h"
#include "service/training/mlflow.h"
#include "service/training/training.h"
#include "service/transfer/imports.h"
#include "store/store.h"

namespace croquis::server {

/// Refuses (invalid, "no_jobs") a backend without jobs on SQLite, where nobody else would do them.
Result<void> check_no_jobs(const Config& config);

/// Refuses (invalid, "store") a worker on SQLite, whose jobs its backend does.
Result<void> check_worker(const Config& config);

/// All durable jobs, as a backend and a worker do them: each long kind has a thread of its own, so
/// that it holds no other job up. Thread-safe, but for start() and stop().
class Jobs {
  public:
    /// Removes what jobs left that ended elsewhere. `store` and `batcher` must outlive it. Errors:
    /// those of service::mlflow_server.
    static Result<std::unique_ptr<Jobs>> open(const Config& config, store::Store& store,
                                              recognition::Batcher& batcher, Metrics& metrics);
    ~Jobs() { stop(); }
    Jobs(const Jobs&) = delete;
    Jobs& operator=(const Jobs&) = delete;

    /// Begins to do what is queued, and has the store know that this process does. Without, jobs
    /// are queued here and left to others.
    void start(store::WorkerProcess process);
    /// Looks for jobs at once.
    void wake();
    /// Measures every few seconds what waits in the store, and how many do such jobs. Runs until
    /// cancelled; `workers` must outlive it.
    boost::asio::awaitable<void> watch(WorkerPool& workers);
    /// Hands back the jobs that run here, and joins. Nobody uploads any more.
    void stop();

    [[nodiscard]] service::Imports& imports() { return imports_; }
    [[nodiscard]] service::Trainings& trainings() { return trainings_; }

  private:
    Jobs(const Config& config, store::Store& store, recognition::Batcher& batcher,
         service::MlflowServer mlflow, Metrics& metrics);
    std::unique_ptr<jobs::Runner> runner(std::map<std::string, jobs::Work> works,
                                         std::function<void(const store::Job&)> on_ended = {});
    void start_trainings();
    void tell_of(const store::Job& ended);
    Result<void> measure();

    store::Store& store_;
    Metrics& metrics_;
    const Uuid id_ = Uuid::v7();   ///< of this process, as the store knows it
    std::set<std::string> kinds_;  ///< that are done here
    const jobs::PresenceOptions presence_options_;
    service::Imports imports_;
    service::Trainings trainings_;
    service::Mlflow mlflow_;
    // Ended in the opposite order: telling ends after those that queue what it tells.
    std::unique_ptr<jobs::Runner> telling_;  ///< null where no server is named
    std::unique_ptr<jobs::Runner> teaching_;
    std::unique_ptr<jobs::Runner> training_;   ///< null where there is no program that trains
    std::unique_ptr<jobs::Runner> importing_;  ///< so that teaching need not wait for an import
    std::unique_ptr<jobs::Presence> presence_;
};

}  // namespace croquis::server
