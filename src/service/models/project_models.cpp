#include "service/models/project_models.h"

#include "core/this_thread.h"

namespace croquis::service {
namespace {

constexpr std::size_t most_waiting = 256;

recognition::BatcherOptions for_a_project(recognition::BatcherOptions options) {
    options.threads = 1;
    options.queue_capacity = std::min<std::size_t>(options.queue_capacity, 256);
    options.max_decode_bytes = std::size_t{16} << 20U;
    return options;
}

void start_loader_thread() {
    name_this_thread("models");
    give_way_to_other_threads();
}

}  // namespace

ProjectModels::ProjectModels(store::ModelStore& store, recognition::BatcherOptions options,
                             Metrics& metrics)
    : store_(store),
      options_(for_a_project(options)),
      loaded_(metrics.gauge("croquis_project_models",
                            "Models that are loaded for projects that have one of their own.")),
      loader_(1, most_waiting, start_loader_thread) {}

ProjectModels::~ProjectModels() {
    stop();
}

boost::asio::awaitable<Result<ProjectModels::Loaded>> ProjectModels::of(std::string model) {
    if (auto found = find(model)) co_return found;
    const auto job = [this, &model] { return load(model); };
    co_return co_await loader_.run(job);
}

ProjectModels::Loaded ProjectModels::find(const std::string& model) {
    const MutexLock lock(mutex_);
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
        if (entry->model != model) continue;
        entries_.splice(entries_.begin(), entries_, entry);
        return entry->batcher;
    }
    return nullptr;
}

/// On the loader's one thread, so that nothing is loaded twice.
Result<ProjectModels::Loaded> ProjectModels::load(const std::string& id) {
    bury();
    if (auto found = find(id)) return found;
    const auto model = store_.model(id);
    if (!model) return model.error();
    const auto onnx = store_.model_onnx(id);
    if (!onnx) return onnx.error();
    auto recognizer = recognition::load_recognizer(*onnx, model->card);
    if (!recognizer) return recognizer.error();
    auto made =
        std::make_unique<recognition::Batcher>(std::move(*recognizer), options_, uncounted_);
    const auto lay_down = [graveyard = graveyard_](recognition::Batcher* batcher) {
        std::unique_ptr<recognition::Batcher> owned(batcher);
        const MutexLock lock(graveyard->mutex);
        graveyard->dead.push_back(std::move(owned));
    };
    auto kept = keep({id, onnx->size(), Loaded(made.release(), lay_down)});
    bury();
    return kept;
}

ProjectModels::Loaded ProjectModels::keep(Entry entry) {
    const MutexLock lock(mutex_);
    auto batcher = entry.batcher;
    entries_.push_front(std::move(entry));
    std::size_t bytes = 0;
    for (const auto& each : entries_) bytes += each.bytes;
    while (entries_.size() > 1 && (entries_.size() > most_loaded || bytes > most_bytes)) {
        bytes -= entries_.back().bytes;
        entries_.pop_back();
    }
    loaded_.Set(static_cast<double>(entries_.size()));
    return batcher;
}

/// Joins the threads of those that nobody uses any more.
void ProjectModels::bury() {
    std::vector<std::unique_ptr<recognition::Batcher>> dead;
    {
        const MutexLock lock(graveyard_->mutex);
        dead.swap(graveyard_->dead);
    }
}

void ProjectModels::stop() {
    loader_.stop();
    std::list<Entry> entries;
    {
        const MutexLock lock(mutex_);
        entries.swap(entries_);
    }
    for (const auto& entry : entries) entry.batcher->stop();
    entries.clear();
    bury();
}

}  // namespace croquis::service
