#include "service/people/audit.h"

#include "api/codec/query_parameters.h"
#include "api/problems.h"
#include "api/routes/annotator_routes.h"
#include "api/routes/newest_page.h"

namespace croquis::api {
namespace {

using http::Method;
using http::Request;
using identity::Principal;

Answer audit(AnnotatorContext& api, Request& request, const Principal&) {
    const auto query = read_audit_query(request);
    if (!query) co_return problem(query.error());
    const auto list = [&api, &query]() -> Result<http::Response> {
        const auto found = service::list_audit(api.store, *query);
        if (!found) return found.error();
        return newest_page("events", *found, query->limit);
    };
    auto page = co_await api.workers.run(list);
    co_return page ? std::move(*page) : problem(page.error());
}

}  // namespace

void add_audit_routes(http::Router& router, const Guard& guard) {
    add_route(router, Method::get, "/audit", guard.admin(audit), audit_parameters);
}

}  // namespace croquis::api
