#include "server/worker.h"

#include "core/metrics.h"
#include "core/worker_pool.h"
#include "server/jobs.h"
#include "server/listeners.h"
#include "server/open.h"
#include "server/promotions.h"

namespace croquis::server {

struct Worker::Parts {
    Metrics metrics;
    WorkerPool workers{1, 1};  ///< for follow_promotions(), which has one thing to do at a time
    std::unique_ptr<store::Store> store;
    std::unique_ptr<recognition::Batcher> batcher;
    std::unique_ptr<Jobs> jobs;
    std::unique_ptr<http::Server> metrics_listener;

    Result<void> start(const Config& config);
};

Result<void> Worker::Parts::start(const Config& config) {
    if (const auto possible = check_worker(config); !possible) return possible.error();
    auto opened = open_served(config, metrics);
    if (!opened) return opened.error();
    store = std::move(*opened);
    auto recognising = load_live_model(config, *store, metrics);
    if (!recognising) return recognising.error();
    batcher = std::move(*recognising);
    auto doing = Jobs::open(config, *store, *batcher, metrics);
    if (!doing) return doing.error();
    jobs = std::move(*doing);
    auto listening = listen_metrics(config, metrics);
    if (!listening) return listening.error();
    metrics_listener = std::move(*listening);
    jobs->start(store::WorkerProcess::worker);
    return {};
}

Worker::Worker(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Worker::~Worker() {
    stop();
}

Result<std::unique_ptr<Worker>> Worker::start(const Config& config) {
    auto worker = std::unique_ptr<Worker>(new Worker(std::make_unique<Parts>()));
    if (const auto started = worker->parts_->start(config); !started) return started.error();
    return worker;
}

boost::asio::awaitable<void> Worker::follow_promotions() {
    return server::follow_promotions(*parts_->store, *parts_->batcher, parts_->workers);
}

void Worker::stop() {
    if (parts_->metrics_listener) parts_->metrics_listener->begin_stop();
    if (parts_->jobs) parts_->jobs->stop();
    if (parts_->metrics_listener) parts_->metrics_listener->stop();
    if (parts_->batcher) parts_->batcher->stop();
    if (parts_->store) parts_->store->stop();
    parts_->workers.stop();
}

}  // namespace croquis::server
