#include <boost/json/array.hpp>
#include <string>
#include <vector>

#include "api/codec/duplicates_text.h"
#include "api/codec/query_parameters.h"
#include "api/codec/request_bodies.h"
#include "api/problems.h"
#include "api/routes/annotator_routes.h"
#include "service/drawings/seen_drawing.h"
#include "service/similarity/duplicate_dismissals.h"

namespace croquis::api {
namespace {

using http::Method;
using http::Request;
using identity::Principal;

/// Each drawing takes 39 bytes, or 40 and more where somebody sets the text.
constexpr std::size_t max_dismissal_body = std::size_t{256} * 1024;

Result<std::vector<Uuid>> read_drawings(const Request& request) {
    const auto body = read_object(request, max_dismissal_body);
    if (!body) return body.error();
    if (const auto known = only_members(*body, {"drawings"}); !known) return known.error();
    const auto* listed = body->if_contains("drawings");
    if (listed == nullptr || !listed->is_array() ||
        listed->get_array().size() > store::most_dismissed)
        return Error{ErrorKind::invalid, "This must be a list of 2 to 5000 drawings.", "drawings"};
    return read_drawing_ids(listed->get_array(), "drawings");
}

Answer dismissals(AnnotatorContext& api, Request& request, const Principal&,
                  const service::ProjectRef& project) {
    const auto limit = read_limit(request, 12, service::most_listed_dismissals);
    if (!limit) co_return problem(limit.error());
    const auto job = [&] {
        return service::dismissed_groups(api.store, project->project.id, *limit);
    };
    const auto groups = co_await api.workers.run(job);
    if (!groups) co_return problem(groups.error());
    co_return no_store(text_response(200, dismissals_text(*groups, api.surface(request, project))));
}

Answer dismiss(AnnotatorContext& api, Request& request, const Principal& who,
               const service::ProjectRef& project) {
    const auto drawings = read_drawings(request);
    if (!drawings) co_return problem(drawings.error());
    const auto job = [&] {
        return service::dismiss_duplicates(api.store, project->project.id, *drawings,
                                           service::author_of(who));
    };
    const auto dismissed = co_await api.workers.run(job);
    if (!dismissed) co_return problem(dismissed.error());
    co_return no_store(http::json_response(200, dismissal_json(*dismissed)));
}

Answer restore(AnnotatorContext& api, Request& request, const Principal& who,
               const service::ProjectRef& project) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto job = [&] {
        return service::restore_duplicates(api.store, *id, project->project.id,
                                           service::author_of(who));
    };
    const auto restored = co_await api.workers.run(job);
    co_return restored ? http::no_content() : problem(restored.error());
}

}  // namespace

void add_duplicates_routes(http::Router& router, const Guard& guard) {
    add_in_projects(router, Method::get, "/quality/duplicates/dismissals",
                    guard.annotator(dismissals), {"limit"});
    add_in_projects(router, Method::post, "/quality/duplicates/dismissals",
                    guard.annotator(dismiss));
    add_in_projects(router, Method::delete_, "/quality/duplicates/dismissals/{id}",
                    guard.annotator(restore));
}

}  // namespace croquis::api
