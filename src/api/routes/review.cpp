#include "api/codec/request_bodies.h"
#include "api/codec/seen_drawings.h"
#include "api/problems.h"
#include "api/routes/annotator_routes.h"

namespace croquis::api {
namespace {

using http::Method;
using http::Request;
using identity::Principal;

Answer change_tag(AnnotatorContext& api, Request& request, const Principal& who,
                  const service::ProjectRef& project) {
    const auto seen = read_seen(request);
    if (!seen) co_return problem(seen.error());
    const auto body = read_object(request);
    if (!body) co_return problem(body.error());
    if (const auto known = only_members(*body, {"tag", "reason"}); !known)
        co_return problem(known.error());
    const auto tag = text_member(*body, "tag");
    if (!tag) co_return problem(tag.error());
    const auto reason = optional_text(*body, "reason");
    if (!reason) co_return problem(reason.error());
    const auto changed =
        co_await api.reviews.change_tag(seen->id, *tag, reason->value_or(""), seen->on, who,
                                        service::reviewed_in(project->project));
    co_return changed ? detail_response(200, *changed, api.surface(request, project))
                      : problem(changed.error());
}

Answer undo(AnnotatorContext& api, Request& request, const Principal& who,
            const service::ProjectRef& project) {
    const auto seen = read_seen(request);
    if (!seen) co_return problem(seen.error());
    const auto undone = co_await api.reviews.undo(seen->id, seen->on, who, project->project.id);
    co_return undone ? detail_response(200, *undone, api.surface(request, project))
                     : problem(undone.error());
}

Answer accept(AnnotatorContext& api, Request& request, const Principal& who,
              const service::ProjectRef& project) {
    const auto asked = read_all_seen(request);
    if (!asked) co_return problem(asked.error());
    const auto results =
        co_await api.reviews.accept(*asked, who, service::reviewed_in(project->project));
    co_return results ? results_response(*asked, *results, api.surface(request, project))
                      : problem(results.error());
}

Answer undo_each(AnnotatorContext& api, Request& request, const Principal& who,
                 const service::ProjectRef& project) {
    const auto asked = read_all_seen(request);
    if (!asked) co_return problem(asked.error());
    const auto results = co_await api.reviews.undo_each(*asked, who, project->project.id);
    co_return results ? results_response(*asked, *results, api.surface(request, project))
                      : problem(results.error());
}

Answer tag_each(AnnotatorContext& api, Request& request, const Principal& who,
                const service::ProjectRef& project) {
    const auto body = read_object(request);
    if (!body) co_return problem(body.error());
    if (const auto known = only_members(*body, {"tag", "drawings"}); !known)
        co_return problem(known.error());
    const auto tag = text_member(*body, "tag");
    if (!tag) co_return problem(tag.error());
    const auto asked = seen_in(*body);
    if (!asked) co_return problem(asked.error());
    const auto results =
        co_await api.reviews.tag_each(*asked, *tag, who, service::reviewed_in(project->project));
    co_return results ? results_response(*asked, *results, api.surface(request, project))
                      : problem(results.error());
}

Answer flag(AnnotatorContext& api, Request& request, const Principal& who,
            const service::ProjectRef& project) {
    const auto seen = read_seen(request);
    if (!seen) co_return problem(seen.error());
    const auto body = read_object(request);
    if (!body) co_return problem(body.error());
    if (const auto known = only_members(*body, {"comment"}); !known)
        co_return problem(known.error());
    const auto comment = optional_text(*body, "comment");
    if (!comment) co_return problem(comment.error());
    const auto flagged = co_await api.reviews.change_flag(seen->id, comment->value_or(""), seen->on,
                                                          who, project->project.id);
    co_return flagged ? detail_response(200, *flagged, api.surface(request, project))
                      : problem(flagged.error());
}

Answer unflag(AnnotatorContext& api, Request& request, const Principal& who,
              const service::ProjectRef& project) {
    const auto seen = read_seen(request);
    if (!seen) co_return problem(seen.error());
    const auto plain = co_await api.reviews.change_flag(seen->id, std::nullopt, seen->on, who,
                                                        project->project.id);
    co_return plain ? detail_response(200, *plain, api.surface(request, project))
                    : problem(plain.error());
}

}  // namespace

void add_review_routes(http::Router& router, const Guard& guard) {
    add_in_projects(router, Method::patch, "/drawings/{id}", guard.annotator(change_tag));
    add_in_projects(router, Method::post, "/drawings/{id}/undo", guard.annotator(undo));
    add_in_projects(router, Method::put, "/drawings/{id}/flag", guard.annotator(flag));
    add_in_projects(router, Method::delete_, "/drawings/{id}/flag", guard.annotator(unflag));
    add_in_projects(router, Method::post, "/drawings:accept", guard.annotator(accept));
    add_in_projects(router, Method::post, "/drawings:tag", guard.annotator(tag_each));
    add_in_projects(router, Method::post, "/drawings:undo", guard.annotator(undo_each));
}

}  // namespace croquis::api
