#include "api/codec/query_parameters.h"
#include "api/codec/request_bodies.h"
#include "api/codec/seen_drawings.h"
#include "api/routes/annotator_routes.h"

namespace croquis::api {
namespace {

using http::Method;
using http::problem;
using http::Request;
using identity::Principal;

Answer change_tag(AnnotatorContext& api, Request& request, const Principal& who) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto match = read_if_match(request);
    if (!match) co_return problem(match.error());
    const auto body = read_object(request);
    if (!body) co_return problem(body.error());
    const auto tag = text_member(*body, "tag");
    if (!tag) co_return problem(tag.error());
    const auto reason = optional_text(*body, "reason");
    if (!reason) co_return problem(reason.error());
    const auto changed = co_await api.annotation.change_tag(*id, *tag, reason->value_or(""),
                                                            condition_of(*match), who);
    co_return changed ? detail_response(200, *changed, api.surface()) : problem(changed.error());
}

Answer undo(AnnotatorContext& api, Request& request, const Principal& who) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto match = read_if_match(request);
    if (!match) co_return problem(match.error());
    const auto undone = co_await api.annotation.undo(*id, condition_of(*match), who);
    co_return undone ? detail_response(200, *undone, api.surface()) : problem(undone.error());
}

Answer accept(AnnotatorContext& api, Request& request, const Principal& who) {
    const auto asked = read_all_seen(request);
    if (!asked) co_return problem(asked.error());
    const auto results = co_await api.annotation.accept(*asked, who);
    co_return results ? results_response(*asked, *results, api.surface())
                      : problem(results.error());
}

Answer undo_each(AnnotatorContext& api, Request& request, const Principal& who) {
    const auto asked = read_all_seen(request);
    if (!asked) co_return problem(asked.error());
    const auto results = co_await api.annotation.undo_each(*asked, who);
    co_return results ? results_response(*asked, *results, api.surface())
                      : problem(results.error());
}

}  // namespace

void add_review_routes(http::Router& router, const Guard& guard) {
    router.add(Method::patch, "/drawings/{id}", guard.annotator(change_tag));
    router.add(Method::post, "/drawings/{id}/undo", guard.annotator(undo));
    router.add(Method::post, "/drawings:accept", guard.annotator(accept));
    router.add(Method::post, "/drawings:undo", guard.annotator(undo_each));
}

}  // namespace croquis::api
