#include <algorithm>

#include "api/codec/seen_drawings.h"
#include "api/problems.h"
#include "api/routes/annotator_routes.h"

namespace croquis::api {
namespace {

using http::Method;
using http::Request;
using identity::Principal;

Answer remove(AnnotatorContext& api, Request& request, const Principal& who,
              const service::ProjectRef& project) {
    const auto seen = read_seen(request);
    if (!seen) co_return problem(seen.error());
    const auto removed =
        co_await api.moderation.remove(seen->id, seen->on, who, project->project.id);
    if (!removed) co_return problem(removed.error());
    identity::tell(identity::Event::drawing_withdrawn, origin_of(request),
                   {{"by", who.name}, {"deleted", to_string(seen->id)}});
    co_return http::no_content();
}

Answer change_visibility(AnnotatorContext& api, Request& request, const Principal& who,
                         const service::ProjectRef& project, store::Visibility to) {
    const auto asked = read_all_seen(request);
    if (!asked) co_return problem(asked.error());
    const auto results =
        co_await api.moderation.change_visibility(*asked, to, who, project->project.id);
    if (!results) co_return problem(results.error());
    const auto done = std::count_if(results->begin(), results->end(),
                                    [](const auto& result) { return result.has_value(); });
    const char* what = to == store::Visibility::shown    ? "shown"
                       : to == store::Visibility::hidden ? "hidden"
                                                         : "deleted";
    identity::tell(identity::Event::drawing_withdrawn, origin_of(request),
                   {{"by", who.name}, {what, std::to_string(done)}});
    co_return results_response(*asked, *results, api.surface(request, project));
}

Answer remove_each(AnnotatorContext& api, Request& request, const Principal& who,
                   const service::ProjectRef& project) {
    return change_visibility(api, request, who, project, store::Visibility::deleted);
}

Answer hide_each(AnnotatorContext& api, Request& request, const Principal& who,
                 const service::ProjectRef& project) {
    return change_visibility(api, request, who, project, store::Visibility::hidden);
}

Answer show_each(AnnotatorContext& api, Request& request, const Principal& who,
                 const service::ProjectRef& project) {
    return change_visibility(api, request, who, project, store::Visibility::shown);
}

}  // namespace

void add_moderation_routes(http::Router& router, const Guard& guard) {
    add_in_projects(router, Method::delete_, "/drawings/{id}", guard.admin(remove));
    add_in_projects(router, Method::post, "/drawings:delete", guard.admin(remove_each));
    add_in_projects(router, Method::post, "/drawings:hide", guard.admin(hide_each));
    add_in_projects(router, Method::post, "/drawings:show", guard.admin(show_each));
}

}  // namespace croquis::api
