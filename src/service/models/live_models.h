#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "core/worker_pool.h"
#include "identity/security_log.h"
#include "recognition/batcher.h"
#include "service/models/project_models.h"
#include "service/projects/projects.h"
#include "store/store.h"

/// Which model answers in this process, and how another one takes its place.
namespace croquis::service {

/// The general model, and those that projects have of their own. All functions but general() are
/// coroutines for a network thread: what blocks or takes long runs on `workers`. Thread-safe.
class LiveModels {
  public:
    /// All must outlive it. `general` is the model of the first project.
    LiveModels(store::Store& store, WorkerPool& workers, Projects& projects,
               recognition::Batcher& general, ProjectModels& own)
        : store_(store), workers_(workers), projects_(projects), general_(general), own_(own) {}

    /// Who answers in a project.
    struct Answerer {
        std::shared_ptr<recognition::Batcher> batcher;
        ProjectRef narrowed_to;  ///< null: the answer is the project's as it is
    };
    /// Its own model, or the general one; the first project's where `project` is null. Errors:
    /// those of loading.
    boost::asio::awaitable<Result<Answerer>> answerer_in(ProjectRef project);

    [[nodiscard]] std::shared_ptr<const recognition::ModelInfo> general() const {
        return general_.model();
    }
    /// The one that answers in the project. Errors: those of answerer_in().
    boost::asio::awaitable<Result<std::shared_ptr<const recognition::ModelInfo>>> in(
        ProjectRef project);
    /// A model's card as JSON; empty where the registry does not hold the model.
    boost::asio::awaitable<Result<std::string>> card(std::string model_id);

    /// Makes a model of the project the live one there, and queues the retagging of what nobody
    /// reviewed. One that cannot be loaded is an Error and changes nothing, and one of another
    /// project is not_found.
    boost::asio::awaitable<Result<void>> promote(std::string model_id, store::Author by,
                                                 identity::Origin origin,
                                                 int project = store::shapes_project);
    /// Makes the model live that was before in the project, as promote() does, and returns its id.
    /// What the other one said meanwhile stays, until somebody asks for a retagging. Errors:
    /// not_found where none was live before.
    boost::asio::awaitable<Result<std::string>> roll_back(store::Author by, identity::Origin origin,
                                                          int project = store::shapes_project);

  private:
    Result<void> take_up(int project, std::unique_ptr<recognition::Recognizer> live);

    store::Store& store_;
    WorkerPool& workers_;
    Projects& projects_;
    recognition::Batcher& general_;
    ProjectModels& own_;
};

}  // namespace croquis::service
