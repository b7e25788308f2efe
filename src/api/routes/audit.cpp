#include "service/audit.h"

#include <boost/json.hpp>

#include "api/codec/query_parameters.h"
#include "api/routes/annotator_routes.h"

namespace croquis::api {
namespace {

namespace json = boost::json;
using http::Method;
using http::problem;
using http::Request;
using identity::Principal;

Answer audit(AnnotatorContext& api, Request& request, const Principal&) {
    const auto query = read_audit_query(request);
    if (!query) co_return problem(query.error());
    const auto list = [&api, &query] { return service::list_audit(api.store, *query); };
    const auto found = co_await api.workers.run(list);
    if (!found) co_return problem(found.error());
    json::array listed;
    for (const auto& event : *found) listed.push_back(to_json(event));
    json::value next;
    if (found->size() == query->limit)
        next = write_cursor(store::Order::newest_first, {found->back().id});
    co_return no_store(http::json_response(
        200, json::object{{"events", std::move(listed)}, {"next", std::move(next)}}));
}

}  // namespace

void add_audit_routes(http::Router& router, const Guard& guard) {
    add_route(router, Method::get, "/audit", guard.admin(audit), audit_parameters);
}

}  // namespace croquis::api
