#include "service/projects/projects.h"
#include "api/codec/project_bodies.h"
#include "api/problems.h"
#include "api/routes/annotator_routes.h"

namespace croquis::api {
namespace {

namespace json = boost::json;
using http::Method;
using http::Request;
using identity::Principal;

Answer projects(AnnotatorContext& api, Request&, const Principal&) {
    const auto all = co_await api.projects.all();
    if (!all) co_return problem(all.error());
    json::array listed;
    for (const auto& project : *all) listed.push_back(to_json(project));
    co_return no_store(http::json_response(200, json::object{{"projects", std::move(listed)}}));
}

Answer project(AnnotatorContext&, Request&, const Principal&, const service::ProjectRef& known) {
    co_return no_store(http::json_response(200, to_json(known->project)));
}

Answer add_project(AnnotatorContext& api, Request& request, const Principal& who) {
    const auto asked = read_new_project(request);
    if (!asked) co_return problem(asked.error());
    const store::Author by{who.user, who.name};
    const auto job = [&] { return service::add_project(api.store, asked->slug, asked->rest, by); };
    const auto added = co_await api.workers.run(job);
    if (!added) co_return problem(added.error());
    api.projects.forget();
    identity::tell(identity::Event::project_changed, origin_of(request),
                   {{"by", who.name}, {"added", added->slug}});
    auto response = http::json_response(201, to_json(*added));
    response.set("Location",
                 api.base_path + std::string(annotator_base) + "/projects/" + added->slug);
    co_return no_store(std::move(response));
}

Answer change_project(AnnotatorContext& api, Request& request, const Principal& who) {
    const auto edit = read_project_edit(request);
    if (!edit) co_return problem(edit.error());
    const auto& slug = request.parameters["project"];
    const store::Author by{who.user, who.name};
    const auto job = [&] { return service::change_project(api.store, slug, *edit, by); };
    const auto changed = co_await api.workers.run(job);
    if (!changed) co_return problem(changed.error());
    api.projects.forget();
    identity::tell(identity::Event::project_changed, origin_of(request),
                   {{"by", who.name}, {"changed", slug}});
    co_return no_store(http::json_response(200, to_json(*changed)));
}

/// For projects that only those who are signed in may draw in.
Answer predict(AnnotatorContext& api, Request& request, const Principal&,
               const service::ProjectRef& project) {
    return predict_drawing(api.predictions(), request, project, api.surface(request, project));
}

Answer preview(AnnotatorContext& api, Request& request, const Principal&,
               const service::ProjectRef& project) {
    return preview_drawing(api.predictions(), request, project);
}

}  // namespace

void add_projects_routes(http::Router& router, const Guard& guard) {
    add_route(router, Method::get, "/projects", guard.annotator(projects));
    add_route(router, Method::post, "/projects", guard.admin(add_project));
    add_route(router, Method::get, "/projects/{project}", guard.annotator(project));
    add_route(router, Method::patch, "/projects/{project}", guard.admin(change_project));
    add_in_projects(router, Method::post, "/predictions", guard.annotator(predict));
    add_in_projects(router, Method::post, "/predictions:preview", guard.annotator(preview));
}

}  // namespace croquis::api
