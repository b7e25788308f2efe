#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "core/error.h"
#include "server/config.h"

namespace croquis::server {

/// A process that does jobs and listens nowhere but for its metrics: store, model and jobs as a
/// backend has them.
class Worker {
  public:
    /// Opens the store, applies its migrations, loads the model, and begins. Errors: those of
    /// check_worker, of the store, of the model and of listen_metrics.
    static Result<std::unique_ptr<Worker>> start(const Config& config);
    ~Worker();

    /// Takes up, every few seconds, the model that another process made live. Runs until cancelled.
    boost::asio::awaitable<void> follow_promotions();

    /// Hands back the jobs that run, and closes the store.
    void stop();

  private:
    struct Parts;
    explicit Worker(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace croquis::server
