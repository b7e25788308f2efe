#include <boost/json/array.hpp>

#include "api/codec/query_parameters.h"
#include "api/routes/annotator_routes.h"
#include "service/quality.h"

namespace croquis::api {
namespace {

using http::Method;
using http::problem;
using http::Request;
using identity::Principal;

Answer quality(AnnotatorContext& api, Request&, const Principal&,
               const service::ProjectRef& project) {
    const int id = project->project.id;
    const auto job = [&api, id] { return service::measure_quality(api.store, id, now()); };
    const auto measured = co_await api.workers.run(job);
    if (!measured) co_return problem(measured.error());
    if (id == store::shapes_project) api.annotation.show_quality(*measured);
    co_return no_store(http::json_response(200, service::to_json(*measured)));
}

Answer suspects(AnnotatorContext& api, Request& request, const Principal&,
                const service::ProjectRef& project) {
    const auto limit = read_limit(request, 50, 200);
    if (!limit) co_return problem(limit.error());
    const auto trunk = api.annotation.model()->trunk;
    const auto job = [&] {
        return service::suspected_mistakes(api.store, project->project.id, trunk, *limit);
    };
    const auto found = co_await api.workers.run(job);
    if (!found) co_return problem(found.error());
    co_return no_store(text_response(200, suspects_text(*found, api.surface(request, project))));
}

Answer similar(AnnotatorContext& api, Request& request, const Principal&,
               const service::ProjectRef& project) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto limit = read_limit(request, 12, 50);
    if (!limit) co_return problem(limit.error());
    const auto job = [&] {
        return service::similar_drawings(api.store, project->project.id, *id, *limit);
    };
    const auto found = co_await api.workers.run(job);
    if (!found) co_return problem(found.error());
    co_return no_store(text_response(200, similar_text(*found, api.surface(request, project))));
}

}  // namespace

void add_quality_routes(http::Router& router, const Guard& guard) {
    add_in_projects(router, Method::get, "/quality", guard.annotator(quality));
    add_in_projects(router, Method::get, "/quality/suspects", guard.annotator(suspects));
    add_in_projects(router, Method::get, "/drawings/{id}/similar", guard.annotator(similar));
}

}  // namespace croquis::api
