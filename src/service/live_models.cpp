#include "service/live_models.h"

#include "service/models.h"
#include "service/training_jobs.h"

namespace croquis::service {
namespace {

namespace asio = boost::asio;

}  // namespace

asio::awaitable<Result<LiveModels::Answerer>> LiveModels::answerer_in(ProjectRef project) {
    // Not owned: it outlives this.
    const std::shared_ptr<recognition::Batcher> general(std::shared_ptr<void>(), &general_);
    if (!project || project->project.id == store::shapes_project)
        co_return Answerer{general, nullptr};
    if (!project->project.live_model) co_return Answerer{general, project};
    auto own = co_await own_.of(*project->project.live_model);
    if (!own) co_return own.error();
    co_return Answerer{std::move(*own), nullptr};
}

asio::awaitable<Result<std::shared_ptr<const recognition::ModelInfo>>> LiveModels::in(
    ProjectRef project) {
    const auto answerer = co_await answerer_in(std::move(project));
    if (!answerer) co_return answerer.error();
    co_return answerer->batcher->model();
}

asio::awaitable<Result<std::string>> LiveModels::card(std::string model_id) {
    const auto job = [this, &model_id]() -> Result<std::string> {
        auto listed = store_.model(model_id);
        if (listed) return std::move(listed->card);
        if (listed.error().kind == ErrorKind::not_found) return std::string();
        return listed.error();
    };
    co_return co_await workers_.run(job);
}

/// Blocks.
Result<void> LiveModels::take_over(const std::string& model_id, int project,
                                   const store::Promotion& how) {
    auto live = make_live(store_, model_id, project, how);
    if (!live) return live.error();
    projects_.forget();
    if (project != store::shapes_project) return {};
    return general_.promote(std::move(*live));
}

asio::awaitable<Result<void>> LiveModels::promote(std::string model_id, store::Author by,
                                                  int project) {
    const auto job = [this, &model_id, &by, project]() -> Result<void> {
        if (const auto taken = take_over(model_id, project, {by}); !taken) return taken.error();
        const auto queued = queue_retagging(store_, by, project);
        return queued ? Result<void>() : queued.error();
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::string>> LiveModels::roll_back(store::Author by, int project) {
    const auto job = [this, &by, project]() -> Result<std::string> {
        const auto before = store_.model_before(project);
        if (!before) return before.error();
        if (const auto taken = take_over(before->id, project, {by, true}); !taken)
            return taken.error();
        return before->id;
    };
    co_return co_await workers_.run(job);
}

}  // namespace croquis::service
