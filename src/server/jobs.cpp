#include "server/jobs.h"

#include "core/spool.h"
#include "service/training_jobs.h"
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
                                         recognition::Batcher& batcher) {
    auto mlflow = service::mlflow_server(config.mlflow);
    if (!mlflow) return mlflow.error();
    auto jobs = std::unique_ptr<Jobs>(new Jobs(config, store, batcher, std::move(*mlflow)));
    jobs->imports_.sweep();
    jobs->trainings_.sweep();
    return jobs;
}

Jobs::Jobs(const Config& config, store::Store& store, recognition::Batcher& batcher,
           service::MlflowServer mlflow)
    : store_(store),
      imports_(store, config.store, batcher,
               Spool::open(uploads_of(config), config.max_upload_folder_bytes)),
      trainings_(store, train_program_in(config)),
      mlflow_(store, std::move(mlflow)) {}

void Jobs::start() {
    // A server that is slow, or away, holds no other job up.
    if (mlflow_.is_named())
        telling_ = std::make_unique<jobs::Runner>(
            store_,
            std::map<std::string, jobs::Work>{
                {service::mlflow_kind, [this](jobs::Task& task) { return mlflow_.work(task); }}});
    jobs::RunnerOptions options;
    options.on_ended = [this](const store::Job& ended) { tell_of(ended); };
    teaching_ = std::make_unique<jobs::Runner>(store_, service::works(store_), options);
    start_imports();
    start_trainings();
}

/// An upload goes with its job; what a job left that ended without us goes now.
void Jobs::start_imports() {
    jobs::RunnerOptions options;
    options.on_ended = [this](const store::Job&) { imports_.sweep(); };
    const auto work = [this](jobs::Task& task) { return imports_.work(task); };
    importing_ = std::make_unique<jobs::Runner>(
        store_, std::map<std::string, jobs::Work>{{service::import_kind, work}}, options);
}

/// Hours of training hold no other job up.
void Jobs::start_trainings() {
    if (!trainings_.available()) return;
    jobs::RunnerOptions options;
    options.on_ended = [this](const store::Job& ended) {
        trainings_.sweep();
        tell_of(ended);
    };
    const auto work = [this](jobs::Task& task) { return trainings_.work(task); };
    training_ = std::make_unique<jobs::Runner>(
        store_, std::map<std::string, jobs::Work>{{service::train_kind, work}}, options);
}

void Jobs::tell_of(const store::Job& ended) {
    if (!telling_) return;
    mlflow_.after(ended);
    telling_->wake();
}

void Jobs::wake() {
    for (auto* runner : {teaching_.get(), importing_.get(), training_.get()})
        if (runner != nullptr) runner->wake();
}

void Jobs::stop() {
    imports_.stop();
    for (auto* runner : {importing_.get(), training_.get(), teaching_.get(), telling_.get()})
        if (runner != nullptr) runner->stop();
}

}  // namespace croquis::server
