#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "api/codec/request_bodies.h"
#include "api/problems.h"
#include "api/routes/annotator_routes.h"

namespace croquis::api {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using http::Method;
using http::Request;
using identity::Principal;

/// Sign-ins that wait for their turn at a name that many guess at. One more does not wait: it is
/// the server that is then under attack, and who has an account must still get in.
constexpr int max_waiting_sign_ins = 256;

json::object tokens_json(const identity::TokenPair& pair) {
    return {{"access_token", pair.access_token},
            {"token_type", "bearer"},
            {"expires_in", pair.expires_in.count()},
            {"refresh_token", pair.refresh_token},
            {"refresh_expires_in", pair.refresh_expires_in.count()}};
}

/// A user's own change of the password.
struct PasswordChange {
    std::string present;
    std::string fresh;
};

Result<PasswordChange> read_password_change(const Request& request) {
    const auto body = read_object(request);
    if (!body) return body.error();
    auto present = text_member(*body, "present_password");
    if (!present) return present.error();
    auto fresh = text_member(*body, "password");
    if (!fresh) return fresh.error();
    if (const auto known = only_members(*body, {"present_password", "password"}); !known)
        return known.error();
    return PasswordChange{std::move(*present), std::move(*fresh)};
}

/// Holds a place for nobody: neither a thread nor a worker.
asio::awaitable<void> wait_for_turn(AnnotatorContext& api, std::chrono::nanoseconds time) {
    if (time == time.zero()) co_return;
    struct Leave {
        std::atomic<int>& count;
        ~Leave() { count.fetch_sub(1); }
    };
    const int others = api.waiting_sign_ins.fetch_add(1);
    const Leave leave{api.waiting_sign_ins};
    if (others >= max_waiting_sign_ins) co_return;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(time);
    co_await timer.async_wait(asio::use_awaitable);
}

Answer sign_in(AnnotatorContext& api, Request& request) {
    const auto body = read_object_or_form(request);
    if (!body) co_return problem(body.error());
    const auto grant = optional_text(*body, "grant_type");
    if (!grant) co_return problem(grant.error());
    if (grant->value_or("password") != "password")
        co_return problem({ErrorKind::invalid, "The only grant is password.", "grant_type"});
    const auto name = text_member(*body, "username");
    if (!name) co_return problem(name.error());
    const auto password = text_member(*body, "password");
    if (!password) co_return problem(password.error());
    auto tried = api.identity.begin_sign_in(*name, origin_of(request));
    if (!tried) co_return no_store(problem(tried.error()));
    co_await wait_for_turn(api, tried->wait());
    const auto job = [&] { return api.identity.sign_in(std::move(*tried), *password); };
    const auto pair = co_await api.password_workers.run(job);
    co_return no_store(pair ? http::json_response(200, tokens_json(*pair)) : problem(pair.error()));
}

Answer refresh(AnnotatorContext& api, Request& request) {
    const auto body = read_object_or_form(request);
    if (!body) co_return problem(body.error());
    const auto token = text_member(*body, "refresh_token");
    if (!token) co_return problem(token.error());
    const auto job = [&] { return api.identity.refresh(*token, origin_of(request)); };
    const auto pair = co_await api.workers.run(job);
    co_return no_store(pair ? http::json_response(200, tokens_json(*pair)) : problem(pair.error()));
}

Answer sign_out(AnnotatorContext& api, Request& request) {
    const auto body = read_object_or_form(request);
    if (!body) co_return problem(body.error());
    const auto token = text_member(*body, "refresh_token");
    if (!token) co_return problem(token.error());
    const auto job = [&] { return api.identity.sign_out(*token, origin_of(request)); };
    const auto done = co_await api.workers.run(job);
    co_return done ? http::no_content() : problem(done.error());
}

Answer me(AnnotatorContext&, Request&, const Principal& who) {
    co_return no_store(
        http::json_response(200, json::object{{"id", to_string(who.user)},
                                              {"name", who.name},
                                              {"role", identity::to_string(who.role)}}));
}

Answer change_own_password(AnnotatorContext& api, Request& request, const Principal& who) {
    const auto change = read_password_change(request);
    if (!change) co_return problem(change.error());
    auto tried = api.identity.begin_sign_in(who.name, origin_of(request));
    if (!tried) co_return problem(tried.error());
    co_await wait_for_turn(api, tried->wait());
    const auto job = [&] {
        return api.identity.change_own_password(std::move(*tried), who, change->present,
                                                change->fresh);
    };
    const auto pair = co_await api.password_workers.run(job);
    if (!pair && pair.error().kind == ErrorKind::unauthenticated)
        co_return unauthenticated(pair.error(), true);
    co_return no_store(pair ? http::json_response(200, tokens_json(*pair)) : problem(pair.error()));
}

}  // namespace

void add_sign_in_routes(http::Router& router, const Guard& guard) {
    add_route(router, Method::post, "/token", guard.anyone(sign_in));
    add_route(router, Method::delete_, "/token", guard.anyone(sign_out));
    add_route(router, Method::post, "/token/refresh", guard.anyone(refresh));
    add_route(router, Method::get, "/me", guard.annotator(me));
    add_route(router, Method::post, "/me/password", guard.annotator(change_own_password));
}

}  // namespace croquis::api
