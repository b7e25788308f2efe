#include "service/quality/recheck.h"

#include <boost/json/array.hpp>

#include "api/codec/query_parameters.h"
#include "api/codec/request_bodies.h"
#include "api/problems.h"
#include "api/routes/annotator_routes.h"
#include "service/review/review_queue.h"

namespace croquis::api {
namespace {

using http::Method;
using http::Request;
using identity::Principal;

Result<service::PageClaim> read_recheck_claim(const Request& request) {
    const auto id = read_id(request);
    if (!id) return id.error();
    const auto body = read_object(request);
    if (!body) return body.error();
    if (const auto known = only_members(*body, {"limit", "passed"}); !known) return known.error();
    return read_claim(*id, *body);
}

/// Nothing that a person or a model said of the drawing: whoever looks once more is to say it.
boost::json::object blind_json(const store::Drawing& drawing, const ApiSurface& surface) {
    ApiSurface pictures = surface;
    pictures.base = surface.images;
    return {{"id", to_string(drawing.id)},
            {"version", drawing.version},
            {"width", drawing.width},
            {"height", drawing.height},
            {"image_url", drawing_path(pictures, drawing.id) + "/image"}};
}

Answer recheck(AnnotatorContext& api, Request&, const Principal&,
               const service::ProjectRef& project) {
    const auto job = [&] { return service::measure_recheck(api.store, project->project.id); };
    const auto found = co_await api.analysis_workers.run(job);
    if (!found) co_return problem(found.error());
    co_return no_store(http::json_response(200, service::to_json(*found)));
}

Answer claim_recheck(AnnotatorContext& api, Request& request, const Principal& who,
                     const service::ProjectRef& project) {
    auto asked = read_recheck_claim(request);
    if (!asked) co_return problem(asked.error());
    asked->project = project->project.id;
    const auto job = [&] { return service::claim_recheck(api.store, *asked, who.user); };
    const auto claimed = co_await api.workers.run(job);
    if (!claimed) co_return problem(claimed.error());
    const auto surface = api.surface(request, project);
    boost::json::array drawings;
    for (const auto& held : claimed->drawings)
        drawings.push_back(blind_json(held.drawing, surface));
    co_return no_store(http::json_response(
        200, boost::json::object{{"expires_at", to_rfc3339(claimed->expires_at)},
                                 {"drawings", std::move(drawings)}}));
}

}  // namespace

void add_recheck_routes(http::Router& router, const Guard& guard) {
    add_in_projects(router, Method::get, "/quality/recheck", guard.annotator(recheck));
    add_in_projects(router, Method::put, "/quality/recheck/claims/{id}",
                    guard.annotator(claim_recheck));
}

}  // namespace croquis::api
