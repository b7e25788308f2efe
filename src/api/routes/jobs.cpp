#include "api/codec/query_parameters.h"
#include "api/problems.h"
#include "api/routes/annotator_routes.h"
#include "api/routes/newest_page.h"
#include "service/jobs/retrying.h"
#include "service/jobs/waiting.h"

namespace croquis::api {
namespace {

using http::Method;
using http::Request;
using identity::Principal;

Answer jobs(AnnotatorContext& api, Request& request, const Principal&) {
    const auto query = read_jobs_query(request);
    if (!query) co_return problem(query.error());
    const auto after = query->after ? std::optional(query->after->id) : std::nullopt;
    // What came of imports may be megabytes: it is written there, too.
    const auto list = [&api, &query, &after]() -> Result<http::Response> {
        const auto found = service::list_jobs(api.store, query->limit, after);
        if (!found) return found.error();
        return newest_page("jobs", *found, query->limit);
    };
    auto page = co_await api.workers.run(list);
    co_return page ? std::move(*page) : problem(page.error());
}

Answer job(AnnotatorContext& api, Request& request, const Principal&) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto look = [&api, &id] { return service::find_job(api.store, *id); };
    const auto found = co_await api.workers.run(look);
    co_return no_store(found ? http::json_response(200, to_json(*found)) : problem(found.error()));
}

Answer cancel_job(AnnotatorContext& api, Request& request, const Principal& who) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto cancel = [&api, &id, &who] { return service::cancel_job(api.store, *id, who); };
    const auto asked = co_await api.workers.run(cancel);
    co_return no_store(asked ? http::json_response(200, to_json(*asked)) : problem(asked.error()));
}

Answer retry_job(AnnotatorContext& api, Request& request, const Principal& who) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto retry = [&api, &id, &who] {
        return service::retry_job(api.store, api.imports.spool(), *id, who);
    };
    const auto queued = co_await api.workers.run(retry);
    co_return queued ? queued_response(api, *queued) : problem(queued.error());
}

Answer workers(AnnotatorContext& api, Request&, const Principal&) {
    const auto list = [&api] { return service::list_workers(api.store); };
    const auto found = co_await api.workers.run(list);
    if (!found) co_return problem(found.error());
    boost::json::array listed;
    for (const auto& worker : *found) listed.push_back(to_json(worker));
    co_return no_store(
        http::json_response(200, boost::json::object{{"workers", std::move(listed)}}));
}

}  // namespace

void add_jobs_routes(http::Router& router, const Guard& guard) {
    add_route(router, Method::get, "/jobs", guard.annotator(jobs), page_parameters);
    add_route(router, Method::get, "/jobs/{id}", guard.annotator(job));
    add_route(router, Method::post, "/jobs/{id}:cancel", guard.annotator(cancel_job));
    add_route(router, Method::post, "/jobs/{id}:retry", guard.annotator(retry_job));
    add_route(router, Method::get, "/workers", guard.admin(workers));
}

}  // namespace croquis::api
