#include "api/routes/project_scope.h"

#include <algorithm>

#include "api/problems.h"
#include "http/message.h"
#include "service/projects/projects.h"

namespace croquis::api {
namespace {

namespace asio = boost::asio;
using service::ProjectRef;
using store::Access;

Error no_such_project() {
    return {ErrorKind::not_found, "There is no such project."};
}

Error sign_in_required() {
    return {ErrorKind::unauthenticated,
            "This is for those who are signed in: the annotator API has it too.",
            {},
            0,
            "sign_in_required"};
}

Result<ProjectRef> allowed(const ProjectRef& known, Wish wish) {
    const auto& project = known->project;
    if (wish == Wish::retract) return known;
    if (project.who_draws == Access::users && project.who_browses == Access::users)
        return no_such_project();
    if (wish == Wish::browse && project.archived_at) return no_such_project();
    const bool for_users = (wish == Wish::draw && project.who_draws == Access::users) ||
                           (wish == Wish::browse && project.who_browses == Access::users);
    if (for_users) return sign_in_required();
    return known;
}

asio::awaitable<http::Response> refused(Error error) {
    co_return problem(error);
}

/// What is misspelt would be taken for what was not asked.
http::Handler taking(const QueryNames& names, const http::Handler& handler) {
    return [names, handler](http::Request& request) {
        for (const auto& [name, value] : request.query) {
            // Nothing stands behind a last "&".
            if (name.empty() && value.empty()) continue;
            if (std::find(names.begin(), names.end(), name) == names.end())
                return refused(
                    {ErrorKind::invalid, "There is no such query parameter here.", name});
        }
        return handler(request);
    };
}

}  // namespace

void add_route(http::Router& router, http::Method method, std::string_view path,
               const http::Handler& handler, const QueryNames& query) {
    router.add(method, path, taking(query, handler));
}

void add_in_projects(http::Router& router, http::Method method, std::string_view path,
                     const http::Handler& handler, const QueryNames& query) {
    add_route(router, method, path, handler, query);
    add_route(router, method, std::string("/projects/{project}").append(path), handler, query);
}

asio::awaitable<Result<ProjectRef>> project_of(service::Projects& projects,
                                               const http::Request& request) {
    const auto named = request.parameters.find("project");
    std::string slug(named == request.parameters.end() ? service::shapes_slug : named->second);
    co_return co_await projects.find(std::move(slug));
}

asio::awaitable<Result<ProjectRef>> public_project_of(service::Projects& projects,
                                                      const http::Request& request, Wish wish) {
    const auto project = co_await project_of(projects, request);
    if (!project) co_return project.error();
    co_return allowed(*project, wish);
}

ApiSurface in_project(ApiSurface surface, const http::Request& request, const ProjectRef& known) {
    const auto named = request.parameters.find("project");
    if (named != request.parameters.end()) surface.project = named->second;
    const auto& project = known->project;
    if (project.who_browses == Access::users || project.archived_at)
        surface.images = annotator_base;
    return surface;
}

http::Response public_refusal(const Error& error) {
    auto response = problem(error);
    if (error.kind == ErrorKind::unauthenticated)
        response.set("WWW-Authenticate", R"(Bearer realm="croquis")");
    return response;
}

}  // namespace croquis::api
