#pragma once

#include <boost/asio/awaitable.hpp>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "core/metrics.h"
#include "core/mutex.h"
#include "core/worker_pool.h"
#include "recognition/batcher.h"
#include "store/model_store.h"

namespace croquis::service {

/// The live models of projects that have one of their own, each on one thread, loaded when they are
/// asked for. The least recently used goes when there are too many or too large ones. What loads
/// them is a thread of its own that gives way to others: whoever asks another model does not wait
/// for it. Thread-safe.
class ProjectModels {
  public:
    static constexpr std::size_t most_loaded = 8;
    /// Of the files of all that are loaded but the last.
    static constexpr std::size_t most_bytes = std::size_t{256} << 20U;

    /// The options are those of the general model's batcher; a project's has one thread and less
    /// memory.
    ProjectModels(store::ModelStore& store, recognition::BatcherOptions options, Metrics& metrics);
    ~ProjectModels();
    ProjectModels(const ProjectModels&) = delete;
    ProjectModels& operator=(const ProjectModels&) = delete;

    using Loaded = std::shared_ptr<recognition::Batcher>;
    /// Errors: not_found; those of load_registered; unavailable.
    boost::asio::awaitable<Result<Loaded>> of(std::string model);

    /// Refuses new work, answers what waits, joins.
    void stop();

  private:
    struct Entry {
        std::string model;
        std::size_t bytes = 0;
        Loaded batcher;
    };

    Loaded find(const std::string& model);
    Result<Loaded> load(const std::string& model);
    Loaded keep(Entry entry);
    void bury();

    store::ModelStore& store_;
    const recognition::BatcherOptions options_;
    Metrics uncounted_;  ///< the general model's counts are not to be mixed with these
    prometheus::Gauge& loaded_;
    Mutex mutex_;
    std::list<Entry> entries_ CROQUIS_GUARDED_BY(mutex_);  ///< the most recently used first
    /// A batcher's threads may be the last to hold it, and cannot join themselves.
    struct Graveyard {
        Mutex mutex;
        std::vector<std::unique_ptr<recognition::Batcher>> dead CROQUIS_GUARDED_BY(mutex);
    };
    std::shared_ptr<Graveyard> graveyard_ = std::make_shared<Graveyard>();
    WorkerPool loader_;
};

}  // namespace croquis::service
