#pragma once

#include <boost/asio/awaitable.hpp>
#include <string_view>
#include <vector>

#include "api/codec/serialisation.h"
#include "http/router.h"
#include "service/projects/projects.h"

/// The project that a request is about: the address's, or the first one where it names none.
namespace croquis::api {

/// The names of a route's query parameters.
using QueryNames = std::vector<std::string_view>;

/// Adds the route; requests with other query parameters than these are refused (invalid).
void add_route(http::Router& router, http::Method method, std::string_view path,
               const http::Handler& handler, const QueryNames& query = {});

/// Adds the route for the first project, and the same under /projects/{project}.
void add_in_projects(http::Router& router, http::Method method, std::string_view path,
                     const http::Handler& handler, const QueryNames& query = {});

/// Errors: not_found; those of the store.
boost::asio::awaitable<Result<service::ProjectRef>> project_of(service::Projects& projects,
                                                               const http::Request& request);

/// What somebody without an account wants in a project.
enum class Wish {
    know,    ///< its name, labels and model
    draw,    ///< submit and predict
    browse,  ///< look at its drawings
    retract  ///< something of a drawing whose token they have
};

/// Errors: those of project_of; not_found where the project is for users alone, and where it is
/// archived and is to be browsed; unauthenticated (code sign_in_required) where only this wish is
/// for users alone.
boost::asio::awaitable<Result<service::ProjectRef>> public_project_of(service::Projects& projects,
                                                                      const http::Request& request,
                                                                      Wish wish);

/// The surface with the address's project, which lives as long as the request.
ApiSurface in_project(ApiSurface surface, const http::Request& request,
                      const service::ProjectRef& project);

/// A refusal, with what RFC 6750 section 3 wants said where it is 401.
http::Response public_refusal(const Error& error);

}  // namespace croquis::api
