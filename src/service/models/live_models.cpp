#include "service/models/live_models.h"

#include <utility>

#include "service/models/promotion.h"

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

/// What has just become live in the project. Blocks.
Result<void> LiveModels::take_up(int project, std::unique_ptr<recognition::Recognizer> live) {
    projects_.forget();
    if (project != store::shapes_project) return {};
    return general_.promote(std::move(live));
}

asio::awaitable<Result<void>> LiveModels::promote(std::string model_id, store::Author by,
                                                  identity::Origin origin, int project) {
    const auto job = [this, &model_id, &by, &origin, project] {
        return promote_in(store_, model_id, project, by, origin,
                          [&](auto live) { return take_up(project, std::move(live)); });
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::string>> LiveModels::roll_back(store::Author by,
                                                           identity::Origin origin, int project) {
    const auto job = [this, &by, &origin, project] {
        return roll_back_in(store_, project, by, origin,
                            [this, project](std::unique_ptr<recognition::Recognizer> live) {
                                return take_up(project, std::move(live));
                            });
    };
    co_return co_await workers_.run(job);
}

}  // namespace croquis::service
