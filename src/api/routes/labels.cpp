#include "api/codec/label_bodies.h"
#include "api/problems.h"
#include "api/routes/annotator_routes.h"
#include "api/routes/shared_handlers.h"

namespace croquis::api {
namespace {

namespace json = boost::json;
using http::Method;
using http::Request;
using identity::Principal;

/// A label that was just changed, without the number of its drawings.
json::object label_json(const store::Label& label, const ApiSurface& surface) {
    auto object = to_json(label, 0, surface);
    object.erase("drawings");
    return object;
}

Answer labels(AnnotatorContext& api, Request& request, const Principal&,
              const service::ProjectRef& project) {
    return list_labels(api.catalogue, api.projects, project, api.surface(request, project));
}

Answer add_label(AnnotatorContext& api, Request& request, const Principal& who,
                 const service::ProjectRef& project) {
    const auto asked = read_new_label(request);
    if (!asked) co_return problem(asked.error());
    const store::Author by{who.user, who.name};
    const auto job = [&] { return service::add_label(api.store, *asked, project->project.id, by); };
    const auto label = co_await api.workers.run(job);
    if (!label) co_return problem(label.error());
    api.projects.forget();
    identity::tell(identity::Event::label_changed, origin_of(request),
                   {{"by", who.name}, {"added", label->name}});
    co_return no_store(http::json_response(201, label_json(*label, api.surface(request, project))));
}

Answer change_label(AnnotatorContext& api, Request& request, const Principal& who,
                    const service::ProjectRef& project) {
    const auto edit = read_label_edit(request);
    if (!edit) co_return problem(edit.error());
    const auto& name = request.parameters["name"];
    const store::Author by{who.user, who.name};
    const auto job = [&] {
        return service::change_label(api.store, name, *edit, project->project.id, by);
    };
    const auto label = co_await api.workers.run(job);
    if (!label) co_return problem(label.error());
    api.projects.forget();
    identity::tell(identity::Event::label_changed, origin_of(request),
                   {{"by", who.name}, {"changed", name}});
    co_return no_store(http::json_response(200, label_json(*label, api.surface(request, project))));
}

Answer merge_label(AnnotatorContext& api, Request& request, const Principal& who,
                   const service::ProjectRef& project) {
    const auto into = read_merge(request);
    if (!into) co_return problem(into.error());
    const auto& name = request.parameters["name"];
    const store::Author by{who.user, who.name};
    const auto job = [&] {
        return service::merge_label(api.store, name, *into, by, project->project.id);
    };
    const auto step = co_await api.workers.run(job);
    if (!step) co_return problem(step.error());
    api.projects.forget();
    identity::tell(identity::Event::label_changed, origin_of(request),
                   {{"by", who.name}, {"merged", name}, {"into", *into}});
    co_return no_store(
        http::json_response(200, json::object{{"moved", step->moved}, {"done", step->done}}));
}

}  // namespace

void add_labels_routes(http::Router& router, const Guard& guard) {
    add_in_projects(router, Method::get, "/labels", guard.annotator(labels));
    add_in_projects(router, Method::post, "/labels", guard.admin(add_label));
    add_in_projects(router, Method::patch, "/labels/{name}", guard.admin(change_label));
    add_in_projects(router, Method::post, "/labels/{name}:merge", guard.admin(merge_label));
}

}  // namespace croquis::api
