#include "api/codec/query_parameters.h"
#include "api/codec/request_bodies.h"
#include "api/problems.h"
#include "api/routes/annotator_routes.h"

namespace croquis::api {
namespace {

using http::Method;
using http::Request;
using identity::Principal;

Result<service::PageClaim> read_queue_claim(const Request& request) {
    const auto id = read_id(request);
    if (!id) return id.error();
    const auto body = read_object(request);
    if (!body) return body.error();
    if (const auto known = only_members(*body, {"limit", "passed", "import"}); !known)
        return known.error();
    auto asked = read_claim(*id, *body);
    if (!asked) return asked.error();
    const auto import = optional_text(*body, "import");
    if (!import) return import.error();
    const auto job = import_of(*import);
    if (!job) return job.error();
    asked->import_job = *job;
    return asked;
}

Answer queue(AnnotatorContext& api, Request& request, const Principal& who,
             const service::ProjectRef& project) {
    const auto query = read_queue_query(request);
    if (!query) co_return problem(query.error());
    const auto import = read_import(request);
    if (!import) co_return problem(import.error());
    const auto page =
        co_await api.queue.page(query->limit, query->after, who, project->project.id, *import);
    if (!page) co_return problem(page.error());
    co_return no_store(
        text_response(200, page_text(*page, query->order, api.surface(request, project))));
}

Answer progress(AnnotatorContext& api, Request& request, const Principal& who,
                const service::ProjectRef& project) {
    const auto import = read_import(request);
    if (!import) co_return problem(import.error());
    const auto waiting = co_await api.queue.count_waiting(who, project->project.id, *import);
    if (!waiting) co_return problem(waiting.error());
    co_return no_store(http::json_response(200, boost::json::object{{"waiting", *waiting}}));
}

Answer claim(AnnotatorContext& api, Request& request, const Principal& who,
             const service::ProjectRef& project) {
    auto asked = read_queue_claim(request);
    if (!asked) co_return problem(asked.error());
    asked->project = project->project.id;
    const auto claimed = co_await api.queue.claim(*asked, who);
    if (!claimed) co_return problem(claimed.error());
    co_return no_store(text_response(200, claim_text(*claimed, api.surface(request, project))));
}

Answer release(AnnotatorContext& api, Request& request, const Principal& who,
               const service::ProjectRef&) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto released = co_await api.queue.release(*id, who);
    co_return released ? http::no_content() : problem(released.error());
}

}  // namespace

void add_queue_routes(http::Router& router, const Guard& guard) {
    add_in_projects(router, Method::get, "/queue", guard.annotator(queue), queue_parameters);
    add_in_projects(router, Method::get, "/queue/progress", guard.annotator(progress),
                    queue_progress_parameters);
    add_in_projects(router, Method::put, "/queue/claims/{id}", guard.annotator(claim));
    add_in_projects(router, Method::delete_, "/queue/claims/{id}", guard.annotator(release));
}

}  // namespace croquis::api
