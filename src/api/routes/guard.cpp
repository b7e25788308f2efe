#include "api/routes/guard.h"

#include <fmt/format.h>

#include "api/problems.h"
#include "core/text.h"

namespace croquis::api {
namespace {

using http::Method;
using http::Request;
using http::Response;
using identity::Principal;

/// The token of "Authorization: Bearer …" (RFC 6750 section 2.1).
std::optional<std::string_view> bearer_token(const Request& request) {
    constexpr std::string_view scheme = "Bearer ";
    std::string_view header = request.header("authorization");
    if (!equal_ignoring_case(header.substr(0, scheme.size()), scheme)) return std::nullopt;
    header.remove_prefix(scheme.size());
    while (header.starts_with(' ')) header.remove_prefix(1);
    if (header.empty()) return std::nullopt;
    return header;
}

/// Whether nothing can be changed by it (RFC 9110 section 9.2.1).
bool is_safe(Method method) {
    return method == Method::get || method == Method::head || method == Method::options;
}

/// Whom the token speaks for, as the store has it.
boost::asio::awaitable<Result<Principal>> present(AnnotatorContext& api, Principal claimed,
                                                  bool at_this_moment) {
    if (!at_this_moment)
        if (auto lately = api.identity.lately_confirmed(claimed)) co_return std::move(*lately);
    const auto job = [&api, &claimed] { return api.identity.confirm(claimed); };
    co_return co_await api.workers.run(job);
}

Answer answered(AnnotatorContext& api, Request& request, Guard::Verb verb, const Principal& who) {
    return verb(api, request, who);
}

Answer answered(AnnotatorContext& api, Request& request, Guard::ProjectVerb verb,
                const Principal& who) {
    const auto project = co_await project_of(api.projects, request);
    if (!project) co_return problem(project.error());
    co_return co_await verb(api, request, who, *project);
}

template <class Verb>
Answer guarded(AnnotatorContext& api, Request& request, Verb verb, identity::Role role) {
    const auto token = bearer_token(request);
    if (!token)
        co_return unauthenticated(
            {ErrorKind::unauthenticated, "Sign in, and send the token as a Bearer."}, false);
    const auto claimed = api.identity.authenticate(*token, now());
    if (!claimed) co_return unauthenticated(claimed.error(), true);
    const bool admin_only = role == identity::Role::admin;
    const bool at_this_moment = admin_only || !is_safe(request.method);
    const auto who = co_await present(api, *claimed, at_this_moment);
    if (!who && who.error().kind != ErrorKind::unauthenticated) co_return problem(who.error());
    if (!who) co_return unauthenticated(who.error(), true);
    if (admin_only && who->role != identity::Role::admin) co_return forbidden();
    co_return co_await answered(api, request, verb, *who);
}

}  // namespace

http::Handler Guard::anyone(OpenVerb verb) const {
    return [api = context_, verb](Request& request) { return verb(*api, request); };
}

http::Handler Guard::annotator(Verb verb) const {
    return [api = context_, verb](Request& request) {
        return guarded(*api, request, verb, identity::Role::annotator);
    };
}

http::Handler Guard::annotator(ProjectVerb verb) const {
    return [api = context_, verb](Request& request) {
        return guarded(*api, request, verb, identity::Role::annotator);
    };
}

http::Handler Guard::admin(ProjectVerb verb) const {
    return [api = context_, verb](Request& request) {
        return guarded(*api, request, verb, identity::Role::admin);
    };
}

http::Handler Guard::admin(Verb verb) const {
    return [api = context_, verb](Request& request) {
        return guarded(*api, request, verb, identity::Role::admin);
    };
}

identity::Origin origin_of(const Request& request) {
    return {request.client, request.request_id};
}

Response no_store(Response response) {
    response.set("Cache-Control", "no-store");
    return response;
}

Response unauthenticated(const Error& error, bool had_token) {
    auto response = problem(error);
    response.set("WWW-Authenticate", had_token ? R"(Bearer realm="croquis", error="invalid_token")"
                                               : R"(Bearer realm="croquis")");
    return response;
}

Response forbidden() {
    auto response = problem({ErrorKind::forbidden, "Only an admin may do this."});
    response.set("WWW-Authenticate", R"(Bearer realm="croquis", error="insufficient_scope")");
    return response;
}

Response queued_response(const AnnotatorContext& api, const store::Job& job) {
    if (api.on_job) api.on_job();
    auto response = http::json_response(202, to_json(job));
    response.set("Location",
                 fmt::format("{}{}/jobs/{}", api.base_path, annotator_base, to_string(job.id)));
    return no_store(std::move(response));
}

}  // namespace croquis::api
