#include <algorithm>

#include "api/codec/model_report_text.h"
#include "api/codec/query_parameters.h"
#include "api/codec/request_bodies.h"
#include "api/codec/shadow_text.h"
#include "api/problems.h"
#include "api/routes/annotator_routes.h"
#include "api/routes/shared_handlers.h"
#include "service/jobs/job_queue.h"
#include "service/models/registry.h"
#include "service/training/training_jobs.h"

namespace croquis::api {
namespace {

namespace json = boost::json;
using http::Method;
using http::Request;
using identity::Principal;

Answer live_model(AnnotatorContext& api, Request&, const Principal&,
                  const service::ProjectRef& project) {
    return get_live_model(api.models, project);
}

Answer models(AnnotatorContext& api, Request&, const Principal&,
              const service::ProjectRef& project) {
    const bool trains = api.trainings != nullptr && api.trainings->may_queue();
    // Cards are long, and there may be hundreds: they are written there, too.
    const auto job = [&api, &project, trains]() -> Result<http::Response> {
        const auto models = service::list_models(api.store, project->project.id);
        if (!models) return models.error();
        json::array listed;
        for (const auto& model : *models) listed.push_back(to_json(model));
        return http::json_response(
            200, json::object{{"models", std::move(listed)}, {"training_available", trains}});
    };
    auto answer = co_await api.workers.run(job);
    co_return no_store(answer ? std::move(*answer) : problem(answer.error()));
}

Answer promote(AnnotatorContext& api, Request& request, const Principal& who,
               const service::ProjectRef& project) {
    const auto& id = request.parameters["id"];
    const store::Author by{who.user, who.name};
    const auto promoted =
        co_await api.models.promote(id, by, origin_of(request), project->project.id);
    if (!promoted) co_return problem(promoted.error());
    if (api.on_job) api.on_job();
    // The one at hand names the model that was live before.
    const auto changed = co_await project_of(api.projects, request);
    if (!changed) co_return problem(changed.error());
    co_return co_await get_live_model(api.models, *changed);
}

Answer roll_back(AnnotatorContext& api, Request& request, const Principal& who,
                 const service::ProjectRef& project) {
    const store::Author by{who.user, who.name};
    const auto model = co_await api.models.roll_back(by, origin_of(request), project->project.id);
    if (!model) co_return problem(model.error());
    const auto changed = co_await project_of(api.projects, request);
    if (!changed) co_return problem(changed.error());
    co_return co_await get_live_model(api.models, *changed);
}

/// A request without a body asks for a candidate alone.
Result<service::AfterTeaching> read_after_teaching(const Request& request) {
    if (request.body.empty()) return service::AfterTeaching::keep;
    const auto body = read_object(request);
    if (!body) return body.error();
    if (const auto known = only_members(*body, {"promote"}); !known) return known.error();
    const auto promote = optional_text(*body, "promote");
    if (!promote) return promote.error();
    if (!*promote || **promote == "never") return service::AfterTeaching::keep;
    if (**promote == "if_better") return service::AfterTeaching::promote_if_better;
    return Error{ErrorKind::invalid, "This is never or if_better.", "promote"};
}

Answer teach(AnnotatorContext& api, Request& request, const Principal& who,
             const service::ProjectRef& project) {
    const auto after = read_after_teaching(request);
    if (!after) co_return problem(after.error());
    const store::Author by{who.user, who.name};
    const auto queue = [&api, &by, &project, &after] {
        return service::queue_teaching(api.store, by, project->project.id, *after);
    };
    const auto queued = co_await api.workers.run(queue);
    co_return queued ? queued_response(api, *queued) : problem(queued.error());
}

/// An absent body, and what is absent of it, is the default.
Result<service::TrainRequest> read_training(const Request& request) {
    service::TrainRequest asked;
    if (request.body.empty()) return asked;
    const auto body = read_object(request);
    if (!body) return body.error();
    if (const auto known = only_members(*body, {"from", "sketches", "steps", "quick"}); !known)
        return known.error();
    const auto from = optional_text(*body, "from");
    if (!from) return from.error();
    if (*from && **from != "live" && **from != "nothing")
        return Error{ErrorKind::invalid, "This is live or nothing.", "from"};
    asked.from_live = !*from || **from == "live";
    const auto sketches = optional_bool(*body, "sketches");
    if (!sketches) return sketches.error();
    asked.sketches = sketches->value_or(asked.sketches);
    const auto steps = optional_size(*body, "steps");
    if (!steps) return steps.error();
    if (*steps)
        asked.steps = static_cast<std::int64_t>(
            std::min<std::size_t>(**steps, service::most_training_steps + 1));
    const auto quick = optional_bool(*body, "quick");
    if (!quick) return quick.error();
    asked.quick = quick->value_or(asked.quick);
    return asked;
}

Answer train(AnnotatorContext& api, Request& request, const Principal& who,
             const service::ProjectRef& project) {
    const auto asked = read_training(request);
    if (!asked) co_return problem(asked.error());
    const store::Author by{who.user, who.name};
    const auto queue = [&api, &by, &project, &asked]() -> Result<store::Job> {
        if (api.trainings == nullptr) return service::no_training();
        return api.trainings->queue(*asked, by, project->project.id);
    };
    const auto queued = co_await api.workers.run(queue);
    co_return queued ? queued_response(api, *queued) : problem(queued.error());
}

Answer retag(AnnotatorContext& api, Request&, const Principal& who,
             const service::ProjectRef& project) {
    const store::Author by{who.user, who.name};
    const auto queue = [&api, &by, &project] {
        return service::queue_retagging(api.store, by, project->project.id);
    };
    const auto queued = co_await api.workers.run(queue);
    co_return queued ? queued_response(api, *queued) : problem(queued.error());
}

std::string attachment(const std::string& name) {
    return "attachment; filename=\"" + name + '"';
}

/// As `croquis model add` takes it; beside it stands its card.
Answer model_file(AnnotatorContext& api, Request& request, const Principal&,
                  const service::ProjectRef& project) {
    const auto& id = request.parameters["id"];
    const auto job = [&] { return service::model_file(api.store, id, project->project.id); };
    auto file = co_await api.workers.run(job);
    if (!file) co_return problem(file.error());
    http::Response response;
    response.set("Content-Type", "application/octet-stream");
    response.set("Content-Disposition", attachment(id + ".onnx"));
    response.set("ETag", '"' + to_hex(file->sha256) + '"');
    response.shared_body = std::make_shared<const Bytes>(std::move(file->onnx));
    co_return no_store(std::move(response));
}

Answer model_card(AnnotatorContext& api, Request& request, const Principal&,
                  const service::ProjectRef& project) {
    const auto& id = request.parameters["id"];
    const auto job = [&] { return service::model_of(api.store, id, project->project.id); };
    const auto model = co_await api.workers.run(job);
    if (!model) co_return problem(model.error());
    auto response = text_response(200, model->card);
    response.set("Content-Disposition", attachment(id + ".json"));
    co_return no_store(std::move(response));
}

Answer remove_model(AnnotatorContext& api, Request& request, const Principal& who,
                    const service::ProjectRef& project) {
    const auto& id = request.parameters["id"];
    const store::Author by{who.user, who.name};
    const auto job = [&] {
        return service::remove_model(api.store, id, project->project.id, by, origin_of(request));
    };
    const auto removed = co_await api.workers.run(job);
    co_return removed ? http::no_content() : problem(removed.error());
}

Answer shadow(AnnotatorContext& api, Request& request, const Principal&,
              const service::ProjectRef& project) {
    const auto& id = request.parameters["id"];
    const auto found_by = read_shadow_job(request);
    if (!found_by) co_return problem(found_by.error());
    const auto job = [&] {
        return *found_by ? service::shadow_found_by(api.store, project->project.id, id, **found_by)
                         : service::shadow_of(api.store, project->project.id, id);
    };
    const auto found = co_await api.analysis_workers.run(job);
    if (!found) co_return problem(found.error());
    co_return no_store(text_response(200, shadow_text(*found, api.surface(request, project))));
}

using QueueAbout =
    std::function<Result<store::Job>(store::Store& store, const std::optional<store::Author>& by,
                                     int project, const std::string& model)>;

/// Queues a job about the model that the path names.
Answer begin_about_model(AnnotatorContext& api, Request& request, const Principal& who,
                         const service::ProjectRef& project, QueueAbout queue) {
    const auto& id = request.parameters["id"];
    const store::Author by{who.user, who.name};
    const auto work = [&] { return queue(api.store, by, project->project.id, id); };
    const auto queued = co_await api.workers.run(work);
    co_return queued ? queued_response(api, *queued) : problem(queued.error());
}

Answer begin_shadow(AnnotatorContext& api, Request& request, const Principal& who,
                    const service::ProjectRef& project) {
    return begin_about_model(api, request, who, project, service::queue_shadow);
}

/// Where nothing trains here, taught models alone can be made again.
QueueAbout queue_again_in(AnnotatorContext& api) {
    return [trainings = api.trainings](store::Store& store, const auto& by, int project,
                                       const std::string& model) {
        return trainings != nullptr ? trainings->queue_again(by, project, model)
                                    : service::queue_remake(store, by, project, model);
    };
}

Answer begin_remake(AnnotatorContext& api, Request& request, const Principal& who,
                    const service::ProjectRef& project) {
    return begin_about_model(api, request, who, project, queue_again_in(api));
}

Answer model_report(AnnotatorContext& api, Request& request, const Principal&,
                    const service::ProjectRef& project) {
    auto asked = read_report_query(request);
    if (!asked) co_return problem(asked.error());
    asked->model = request.parameters["id"];
    asked->project = project->project.id;
    const auto job = [&] { return service::report_on(api.store, *asked); };
    const auto report = co_await api.analysis_workers.run(job);
    if (!report) co_return problem(report.error());
    co_return no_store(
        text_response(200, model_report_text(*report, api.surface(request, project))));
}

}  // namespace

void add_models_routes(http::Router& router, const Guard& guard) {
    add_in_projects(router, Method::get, "/model", guard.annotator(live_model));
    add_in_projects(router, Method::get, "/models", guard.annotator(models));
    add_in_projects(router, Method::get, "/models/{id}/onnx", guard.annotator(model_file));
    add_in_projects(router, Method::get, "/models/{id}/card", guard.annotator(model_card));
    add_in_projects(router, Method::delete_, "/models/{id}", guard.admin(remove_model));
    add_in_projects(router, Method::get, "/models/{id}/shadow", guard.annotator(shadow),
                    shadow_parameters);
    add_in_projects(router, Method::post, "/models/{id}:shadow", guard.annotator(begin_shadow));
    add_in_projects(router, Method::post, "/models/{id}:remake", guard.admin(begin_remake));
    add_in_projects(router, Method::get, "/models/{id}/report", guard.annotator(model_report),
                    report_parameters);
    add_in_projects(router, Method::post, "/models/{id}:promote", guard.admin(promote));
    add_in_projects(router, Method::post, "/models:rollback", guard.admin(roll_back));
    add_in_projects(router, Method::post, "/models:teach", guard.admin(teach));
    add_in_projects(router, Method::post, "/models:train", guard.admin(train));
    add_in_projects(router, Method::post, "/models:retag", guard.admin(retag));
}

}  // namespace croquis::api
