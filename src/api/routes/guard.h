#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "api/codec/serialisation.h"
#include "api/routes/predictions.h"
#include "api/routes/project_scope.h"
#include "api/services.h"
#include "http/router.h"
#include "identity/identity.h"
#include "service/quality/label_progress.h"
#include "service/similarity/duplicates.h"
#include "service/similarity/suspects.h"
#include "service/training/training.h"

namespace croquis::api {

using Answer = boost::asio::awaitable<http::Response>;

/// What the annotator API's handlers work with. What it refers to must outlive the routes.
struct AnnotatorContext : Services {
    identity::Identity& identity;
    store::Store& store;  ///< handed to functions of the services, never called here
    WorkerPool& workers;
    WorkerPool& password_workers;  ///< slow ones, which nobody else must wait behind
    WorkerPool& analysis_workers;  ///< so are these
    std::string base_path;
    std::function<void()> on_job;  ///< may be empty
    std::size_t max_image_bytes = 0;
    bool demo = false;                        ///< for trying out, where anyone is admin
    service::Trainings* trainings = nullptr;  ///< null where none are trained
    service::ProgressBoard progress = {};
    service::SuspectBoard suspects = service::SuspectBoard();
    service::DuplicateBoard duplicates = service::DuplicateBoard();
    std::atomic<int> waiting_sign_ins{0};
    std::atomic<bool> sketching{false};  ///< a demo is being filled
    std::atomic<int> job_followers{0};

    [[nodiscard]] ApiSurface surface() const {
        return {annotator_surface.base, annotator_surface.has_history, base_path};
    }
    [[nodiscard]] ApiSurface surface(const http::Request& request,
                                     const service::ProjectRef& project) const {
        return in_project(surface(), request, project);
    }
    [[nodiscard]] PredictionContext predictions() const {
        return {submissions, workers, max_image_bytes};
    }
};

/// Makes handlers of routes, each for those who may call it. Who asks is looked up in the store:
/// for a change, and wherever an admin is needed, at that moment; for reading, within the last
/// Identity::confirmation_lasts.
class Guard {
  public:
    using Verb = Answer (*)(AnnotatorContext&, http::Request&, const identity::Principal&);
    /// Of routes that add_in_projects() adds: with the project that the address names.
    using ProjectVerb = Answer (*)(AnnotatorContext&, http::Request&, const identity::Principal&,
                                   const service::ProjectRef&);
    using OpenVerb = Answer (*)(AnnotatorContext&, http::Request&);

    explicit Guard(std::shared_ptr<AnnotatorContext> context) : context_(std::move(context)) {}

    [[nodiscard]] http::Handler anyone(OpenVerb verb) const;
    [[nodiscard]] http::Handler annotator(Verb verb) const;
    [[nodiscard]] http::Handler annotator(ProjectVerb verb) const;
    [[nodiscard]] http::Handler admin(Verb verb) const;
    [[nodiscard]] http::Handler admin(ProjectVerb verb) const;

  private:
    std::shared_ptr<AnnotatorContext> context_;
};

identity::Origin origin_of(const http::Request& request);
http::Response no_store(http::Response response);
/// 401 with what RFC 6750 section 3 wants said.
http::Response unauthenticated(const Error& error, bool had_token);
http::Response forbidden();

/// Has a queued job begun at once, and answers 202 with it and where to look at it.
http::Response queued_response(const AnnotatorContext& api, const store::Job& job);

}  // namespace croquis::api
