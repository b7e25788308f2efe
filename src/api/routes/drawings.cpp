#include "api/codec/query_parameters.h"
#include "api/problems.h"
#include "api/routes/annotator_routes.h"
#include "api/routes/shared_handlers.h"

namespace croquis::api {
namespace {

namespace json = boost::json;
using http::Method;
using http::Request;
using identity::Principal;

Answer drawings(AnnotatorContext& api, Request& request, const Principal& who,
                const service::ProjectRef& project) {
    return list_drawings_for(who.user, api.catalogue, request, project,
                             api.surface(request, project));
}

Answer drawing(AnnotatorContext& api, Request& request, const Principal& who,
               const service::ProjectRef& project) {
    return get_drawing_for(who.user, api.catalogue, request, project,
                           api.surface(request, project));
}

Answer image(AnnotatorContext& api, Request& request, const Principal&,
             const service::ProjectRef& project) {
    return get_image(api.catalogue, request, project, api.surface(request, project));
}

Answer strokes(AnnotatorContext& api, Request& request, const Principal&,
               const service::ProjectRef& project) {
    return get_strokes(api.catalogue, request, project, api.surface(request, project));
}

Answer history(AnnotatorContext& api, Request& request, const Principal& who,
               const service::ProjectRef& project) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto events = co_await api.catalogue.history_for(
        who.user, *id, {api.surface(request, project).audience(), project->project.id});
    if (!events) co_return problem(events.error());
    json::array listed;
    for (const auto& event : *events) listed.push_back(to_json(event));
    co_return no_store(http::json_response(200, json::object{{"events", std::move(listed)}}));
}

}  // namespace

void add_drawings_routes(http::Router& router, const Guard& guard) {
    add_in_projects(router, Method::get, "/drawings", guard.annotator(drawings),
                    review_list_parameters);
    add_in_projects(router, Method::get, "/drawings/{id}", guard.annotator(drawing));
    add_in_projects(router, Method::get, "/drawings/{id}/image", guard.annotator(image));
    add_in_projects(router, Method::get, "/drawings/{id}/strokes", guard.annotator(strokes));
    add_in_projects(router, Method::get, "/drawings/{id}/strokes.svg", guard.annotator(strokes));
    add_in_projects(router, Method::get, "/drawings/{id}/history", guard.annotator(history));
}

}  // namespace croquis::api
