#include "api/codec/query_parameters.h"
#include "api/codec/request_bodies.h"
#include "api/problems.h"
#include "api/routes/annotator_routes.h"

namespace croquis::api {
namespace {

namespace json = boost::json;
using http::Method;
using http::Request;
using http::Response;
using identity::Principal;

/// Of a change that the store refused.
Response refusal(const Error& error) {
    return error.kind == ErrorKind::forbidden ? forbidden() : problem(error);
}

identity::Actor actor_of(const Request& request, const Principal& who) {
    return {who.user, who.name, origin_of(request)};
}

struct NewUser {
    std::string name;
    std::string password;
    identity::Role role = identity::Role::annotator;
};

Result<NewUser> read_new_user(const Request& request) {
    const auto body = read_object(request);
    if (!body) return body.error();
    auto name = text_member(*body, "name");
    if (!name) return name.error();
    auto password = text_member(*body, "password");
    if (!password) return password.error();
    const auto role = optional_text(*body, "role");
    if (!role) return role.error();
    if (const auto known = only_members(*body, {"name", "password", "role"}); !known)
        return known.error();
    NewUser user{std::move(*name), std::move(*password)};
    if (!*role) return user;
    const auto parsed = identity::parse_role(**role);
    if (!parsed) return parsed.error();
    user.role = *parsed;
    return user;
}

Result<identity::AccountEdit> read_user_change(const Request& request) {
    const auto body = read_object(request);
    if (!body) return body.error();
    const auto role = optional_text(*body, "role");
    if (!role) return role.error();
    const auto disabled = optional_bool(*body, "disabled");
    if (!disabled) return disabled.error();
    auto password = optional_text(*body, "password");
    if (!password) return password.error();
    if (const auto known = only_members(*body, {"role", "disabled", "password"}); !known)
        return known.error();
    identity::AccountEdit change{std::nullopt, *disabled, std::move(*password)};
    if (!*role) return change;
    const auto parsed = identity::parse_role(**role);
    if (!parsed) return parsed.error();
    change.role = *parsed;
    return change;
}

Answer users(AnnotatorContext& api, Request&, const Principal&) {
    const auto job = [&api] { return api.identity.users(); };
    const auto users = co_await api.workers.run(job);
    if (!users) co_return problem(users.error());
    json::array listed;
    for (const auto& user : *users) listed.push_back(to_json(user));
    co_return no_store(http::json_response(200, json::object{{"users", std::move(listed)}}));
}

Answer add_user(AnnotatorContext& api, Request& request, const Principal& who) {
    const auto asked = read_new_user(request);
    if (!asked) co_return problem(asked.error());
    const auto job = [&] {
        return api.identity.add_user(asked->name, asked->password, asked->role,
                                     actor_of(request, who));
    };
    const auto user = co_await api.password_workers.run(job);
    co_return no_store(user ? http::json_response(201, to_json(*user)) : refusal(user.error()));
}

Answer change_user(AnnotatorContext& api, Request& request, const Principal& who) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto change = read_user_change(request);
    if (!change) co_return problem(change.error());
    const auto job = [&] { return api.identity.change_user(*id, *change, actor_of(request, who)); };
    const auto user = co_await (change->password ? api.password_workers : api.workers).run(job);
    co_return no_store(user ? http::json_response(200, to_json(*user)) : refusal(user.error()));
}

Answer delete_user(AnnotatorContext& api, Request& request, const Principal& who) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto job = [&] { return api.identity.delete_user(*id, actor_of(request, who)); };
    const auto done = co_await api.workers.run(job);
    co_return done ? http::no_content() : refusal(done.error());
}

}  // namespace

void add_users_routes(http::Router& router, const Guard& guard) {
    add_route(router, Method::get, "/users", guard.admin(users));
    add_route(router, Method::post, "/users", guard.admin(add_user));
    add_route(router, Method::patch, "/users/{id}", guard.admin(change_user));
    add_route(router, Method::delete_, "/users/{id}", guard.admin(delete_user));
}

}  // namespace croquis::api
