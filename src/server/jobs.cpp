#include "server/jobs.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/build_info.h"
#include "core/spool.h"
#include "server/open.h"
#include "service/jobs/job_kinds.h"
#include "service/jobs/waiting.h"
#include "service/training/training_jobs.h"
#include "store/sqlite_url.h"

namespace croquis::server {
namespace {

bool is_on_sqlite(const Config& config) {
    return config.store.starts_with(store::sqlite_scheme);
}

service::TrainProgram train_program_in(const Config& config) {
    service::TrainProgram program;
    program.file = train_program_of(config);
    program.folder = trainings_of(config);
    program.threads = config.train_threads;
    program.memory_mebibytes = config.max_train_mebibytes;
    program.left_to_others = config.no_jobs;
    return program;
}

/// On SQLite nobody else waits for word, and a write every few seconds would keep a disk awake.
jobs::PresenceOptions presence_on(const Config& config) {
    if (!is_on_sqlite(config)) return {};
    return {std::chrono::seconds(30), std::chrono::seconds(90)};
}

/// How often what waits is counted, for the metrics.
constexpr std::chrono::seconds watch_rhythm{10};

void show_waiting(Metrics& metrics, const std::string& kind, const store::OpenJobs& open,
                  Timestamp at) {
    const prometheus::Labels labels{{"kind", kind}};
    const std::chrono::duration<double> longest =
        open.waiting_since ? std::max(at - *open.waiting_since, Timestamp::duration::zero())
                           : Timestamp::duration::zero();
    metrics.gauge("croquis_jobs_waiting", "Jobs of the store that nobody is at.", labels)
        .Set(static_cast<double>(open.waiting));
    metrics.gauge("croquis_jobs_waiting_seconds", "How long the first of them has waited.", labels)
        .Set(longest.count());
}

void show_workers(Metrics& metrics, const std::string& kind,
                  const std::vector<store::Worker>& workers) {
    const auto count =
        std::count_if(workers.begin(), workers.end(),
                      [&](const store::Worker& worker) { return service::takes(worker, kind); });
    metrics
        .gauge("croquis_workers", "Processes that do such jobs, servers among them.",
               {{"kind", kind}})
        .Set(static_cast<double>(count));
}

}  // namespace

Result<void> check_no_jobs(const Config& config) {
    if (config.no_jobs && is_on_sqlite(config))
        return Error{ErrorKind::invalid,
                     "On SQLite the server does the jobs itself: nobody else would, so leave "
                     "no_jobs out, or move to PostgreSQL.",
                     "no_jobs"};
    return {};
}

Result<void> check_worker(const Config& config) {
    if (is_on_sqlite(config))
        return Error{ErrorKind::invalid,
                     "On SQLite the server's own worker does the jobs: there is nothing to do for "
                     "croquis worker, which takes a store on PostgreSQL.",
                     "store"};
    return {};
}

Result<std::unique_ptr<Jobs>> Jobs::open(const Config& config, store::Store& store,
                                         recognition::Batcher& batcher, Metrics& metrics) {
    auto mlflow = service::mlflow_server(config.mlflow);
    if (!mlflow) return mlflow.error();
    auto jobs =
        std::unique_ptr<Jobs>(new Jobs(config, store, batcher, std::move(*mlflow), metrics));
    jobs->imports_.sweep();
    jobs->trainings_.sweep();
    return jobs;
}

Jobs::Jobs(const Config& config, store::Store& store, recognition::Batcher& batcher,
           service::MlflowServer mlflow, Metrics& metrics)
    : store_(store),
      metrics_(metrics),
      presence_options_(presence_on(config)),
      imports_(store, config.store, batcher,
               Spool::open(uploads_of(config), config.max_upload_folder_bytes),
               batcher_options(config).limits),
      trainings_(store, train_program_in(config)),
      mlflow_(store, std::move(mlflow)) {}

std::unique_ptr<jobs::Runner> Jobs::runner(std::map<std::string, jobs::Work> works,
                                           std::function<void(const store::Job&)> on_ended) {
    for (const auto& [kind, work] : works) kinds_.insert(kind);
    jobs::RunnerOptions options;
    options.on_ended = std::move(on_ended);
    options.metrics = &metrics_;
    options.owner = to_string(id_);
    return std::make_unique<jobs::Runner>(store_, std::move(works), std::move(options));
}

void Jobs::start(store::WorkerProcess process) {
    // A server that is slow, or away, holds no other job up.
    if (mlflow_.is_named())
        telling_ = runner(
            {{service::mlflow_kind, [this](jobs::Task& task) { return mlflow_.work(task); }}});
    teaching_ = runner(service::works(store_), [this](const store::Job& ended) { tell_of(ended); });
    // An upload goes with its job; what a job left that ended without us goes now.
    importing_ =
        runner({{service::import_kind, [this](jobs::Task& task) { return imports_.work(task); }}},
               [this](const store::Job&) { imports_.sweep(); });
    start_trainings();
    store::Worker self;
    self.id = id_;
    self.name = jobs::name_of_process();
    self.process = process;
    self.version = version();
    self.kinds.assign(kinds_.begin(), kinds_.end());
    presence_ = std::make_unique<jobs::Presence>(store_, std::move(self), presence_options_);
}

/// Hours of training hold no other job up.
void Jobs::start_trainings() {
    if (!trainings_.available()) return;
    training_ = runner(
        {{service::train_kind, [this](jobs::Task& task) { return trainings_.work(task); }},
         {service::retrain_kind, [this](jobs::Task& task) { return trainings_.work_again(task); }}},
        [this](const store::Job& ended) {
            trainings_.sweep();
            tell_of(ended);
        });
}

void Jobs::tell_of(const store::Job& ended) {
    if (!telling_) return;
    mlflow_.after(ended);
    telling_->wake();
}

Result<void> Jobs::measure() {
    const auto at = now();
    const auto open = store_.open_jobs(at);
    if (!open) return open.error();
    const auto workers = store_.workers(at);
    if (!workers) return workers.error();
    for (const std::string kind : service::job_kinds) {
        const auto found = open->find(kind);
        show_waiting(metrics_, kind, found == open->end() ? store::OpenJobs() : found->second, at);
        show_workers(metrics_, kind, *workers);
    }
    return {};
}

boost::asio::awaitable<void> Jobs::watch(WorkerPool& workers) {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    const auto look = [this] { return measure(); };
    for (;;) {
        // A store that is away is told of by what people ask of it.
        if (const auto looked = co_await workers.run(look); !looked)
            spdlog::debug("cannot count the jobs: {}", looked.error().detail);
        timer.expires_after(watch_rhythm);
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
}

void Jobs::wake() {
    for (auto* runner : {teaching_.get(), importing_.get(), training_.get()})
        if (runner != nullptr) runner->wake();
}

void Jobs::stop() {
    imports_.stop();
    for (auto* runner : {importing_.get(), training_.get(), teaching_.get(), telling_.get()})
        if (runner != nullptr) runner->stop();
    if (presence_) presence_->stop();
}

}  // namespace croquis::server
