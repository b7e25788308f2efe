#include "http/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "http/refusals.h"
#include "http/target.h"
#include "support/served_http.h"

namespace croquis::http {
namespace {

using testing::ElementsAre;
using testing_support::HttpPeer;
using testing_support::Served;
using Answered = boost::asio::awaitable<Response>;

/// Answers with its name and the request's parameters.
Handler named(const std::string& name) {
    return [name](Request& request) -> Answered {
        Response response;
        response.body = name;
        for (const auto& [key, value] : request.parameters)
            response.body.append(" ").append(key).append("=").append(value);
        co_return response;
    };
}

Router sample() {
    Router api;
    api.add(Method::get, "/", named("api"));
    api.add(Method::get, "/drawings", named("list"));
    api.add(Method::get, "/drawings/{id}", named("one"));
    api.add(Method::patch, "/drawings/{id}", named("change"));
    api.add(Method::get, "/drawings/latest", named("latest"));
    api.add(Method::get, "/drawings/{id}/image", named("image"));
    api.add(Method::post, "/drawings:accept", named("accept"));
    api.add(Method::post, "/models/{id}:promote", named("promote"));
    api.add(Method::get, "/models/{id}", named("model"));
    Router router;
    router.add(Method::get, "/", named("root"));
    router.add(Method::get, "/files/{path*}", named("file"));
    router.mount("/api/v1", std::move(api));
    return router;
}

class Routing : public testing::Test {
  protected:
    std::string ask(const std::string& method, const std::string& target) {
        const auto answer = HttpPeer(served_.port()).ask(HttpPeer::request(method, target));
        return answer.status == 200 ? answer.body : std::to_string(answer.status);
    }

    Served served_{sample()};
};

TEST_F(Routing, FindsFixedPathsAndParameters) {
    EXPECT_EQ(ask("GET", "/"), "root");
    EXPECT_EQ(ask("GET", "/api/v1"), "api");
    EXPECT_EQ(ask("GET", "/api/v1/drawings"), "list");
    EXPECT_EQ(ask("GET", "/api/v1/drawings?tag=star"), "list");
    EXPECT_EQ(ask("GET", "/api/v1/drawings/7"), "one id=7");
    EXPECT_EQ(ask("GET", "/api/v1/drawings/7/image"), "image id=7");
    EXPECT_EQ(ask("PATCH", "/api/v1/drawings/7"), "change id=7");
}

TEST_F(Routing, PrefersTheFixedSegment) {
    EXPECT_EQ(ask("GET", "/api/v1/drawings/latest"), "latest");
    EXPECT_EQ(ask("GET", "/api/v1/drawings/latest/image"), "image id=latest");
}

TEST_F(Routing, KnowsCustomVerbs) {
    EXPECT_EQ(ask("POST", "/api/v1/drawings:accept"), "accept");
    EXPECT_EQ(ask("POST", "/api/v1/models/m1:promote"), "promote id=m1");
    EXPECT_EQ(ask("GET", "/api/v1/models/m1"), "model id=m1");
    EXPECT_EQ(ask("POST", "/api/v1/models/:promote"), "405") << "no id before the verb";
}

TEST_F(Routing, TakesTheRestOfAPath) {
    EXPECT_EQ(ask("GET", "/files/a/b/c.txt"), "file path=a/b/c.txt");
    EXPECT_EQ(ask("GET", "/files/a"), "file path=a");
    EXPECT_EQ(ask("GET", "/files/a%2Fb"), "file path=a/b");
}

TEST_F(Routing, DecodesParameters) {
    EXPECT_EQ(ask("GET", "/api/v1/drawings/a%20b"), "one id=a b");
    EXPECT_EQ(ask("GET", "/api/v1/drawings/%C3%A9toile"), "one id=\xC3\xA9toile");
    EXPECT_EQ(ask("GET", "/api/v1/drawings/a%2Fimage"), "one id=a/image");
}

TEST_F(Routing, Answers404ForUnknownPaths) {
    for (const char* path : {"/nothing", "/api", "/api/v1/drawings/", "/api/v1/drawings/7/other",
                             "//", "/api/v1//drawings", "/API/v1/drawings"})
        EXPECT_EQ(ask("GET", path), "404") << path;
}

TEST_F(Routing, Answers405WithTheMethodsThatThereAre) {
    HttpPeer peer(served_.port());
    const auto answer = peer.ask(HttpPeer::request("DELETE", "/api/v1/drawings/7"));
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.header("Allow"), "GET, PATCH, HEAD, OPTIONS");
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(peer.ask(HttpPeer::request("PUT", "/api/v1/drawings:accept")).header("Allow"),
              "POST, OPTIONS");
}

TEST_F(Routing, AnswersOptionsWithTheMethodsThatThereAre) {
    HttpPeer peer(served_.port());
    const auto answer = peer.ask(HttpPeer::request("OPTIONS", "/api/v1/drawings"));
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(answer.header("Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(peer.ask(HttpPeer::request("OPTIONS", "/nothing")).status, 404);
}

TEST(Router, ListsItsRoutesSorted) {
    Router api;
    api.add(Method::post, "/predictions:preview", named("preview"));
    api.add(Method::get, "/", named("api"));
    Router router;
    router.add(Method::get, "/healthz", named("health"));
    router.mount("/api/v1/public", std::move(api));
    EXPECT_THAT(router.routes(), ElementsAre("GET /api/v1/public", "GET /healthz",
                                             "POST /api/v1/public/predictions:preview"));
}

TEST(Router, RefusesTheSameRouteTwiceAndABrokenTemplate) {
    Router router;
    router.add(Method::get, "/a/{id}", named("a"));
    EXPECT_THROW(router.add(Method::get, "/a/{id}", named("b")), std::logic_error);
    EXPECT_THROW(router.add(Method::get, "/b/{id", named("b")), std::logic_error);
}

TEST(Target, SplitsPathAndQuery) {
    Request request;
    request.target = "/a/b%20c?x=1&y=%C3%A9&x=2&flag&z=a+b";
    ASSERT_TRUE(parse_target(request));
    EXPECT_THAT(request.segments, ElementsAre("a", "b c"));
    EXPECT_EQ(request.query_value("x"), "1");
    EXPECT_EQ(request.query_value("y"), "\xC3\xA9");
    EXPECT_EQ(request.query_value("flag"), "");
    EXPECT_EQ(request.query_value("z"), "a b");
    EXPECT_EQ(request.query_value("none"), std::nullopt);
    EXPECT_EQ(request.query.size(), 5U);
}

TEST(Target, RefusesWhatIsNoTextOnceDecoded) {
    for (const auto& [target, field] : std::vector<std::pair<std::string, std::string>>{
             {"/people/%FF", "path"},
             {"/a%C3/%A9b", "path"},       // of one character, in two segments
             {"/a/%ED%A0%80", "path"},     // a surrogate
             {"/a/%C0%AF", "path"},        // "/", overlong
             {"/a/%F4%90%80%80", "path"},  // behind U+10FFFF
             {"/a%00b", "path"},
             {"/a?tag=%FF", "tag"},
             {"/a?x=1&tag=%C3&y=2", "tag"},
             {"/a?%C3%A9=%00", "\xC3\xA9"},
             {"/a?%FF=1", "query"},
             {"http://test/a?tag=%FF", "tag"}}) {
        Request request;
        request.target = target;
        request.headers.emplace_back("host", "test");
        const auto parsed = parse_target(request);
        ASSERT_FALSE(parsed) << target;
        EXPECT_EQ(parsed.error().kind, ErrorKind::malformed) << target;
        EXPECT_EQ(parsed.error().field, field) << target;
    }
    for (const char* target : {"/%C3%A9/%F4%8F%BF%BF?%E2%82%AC=%EF%BF%BF", "/%7F?a=%01"}) {
        Request request;
        request.target = target;
        EXPECT_TRUE(parse_target(request)) << target;
    }
}

TEST(Problem, GivesEachKindItsStatus) {
    using K = ErrorKind;
    for (const auto& [kind, status] :
         std::vector<std::pair<K, int>>{{K::invalid, 422},
                                        {K::malformed, 400},
                                        {K::too_large, 413},
                                        {K::unsupported_media, 415},
                                        {K::unauthenticated, 401},
                                        {K::forbidden, 403},
                                        {K::not_found, 404},
                                        {K::conflict, 409},
                                        {K::precondition_failed, 412},
                                        {K::precondition_required, 428},
                                        {K::rate_limited, 429},
                                        {K::unavailable, 503},
                                        {K::internal, 500}}) {
        const auto response = problem({kind, "Why.", "a/b", 7});
        EXPECT_EQ(response.status, status);
        EXPECT_EQ(*response.header("content-type"), "application/problem+json");
        EXPECT_EQ(*response.header("Retry-After"), "7");
        EXPECT_THAT(response.body, testing::HasSubstr("\"field\":\"a/b\""));
        EXPECT_EQ(response.header("WWW-Authenticate") != nullptr, status == 401);
    }
}

TEST(Problem, SaysItsCodeAndTheCodesParametersInOnePiece) {
    const Error error{ErrorKind::invalid, "Why.", "a", 0, "out_of_range"};
    const auto told = boost::json::parse(problem(error, {{"minimum", "1"}}).body).as_object();
    EXPECT_EQ(told.at("code"), "out_of_range");
    EXPECT_EQ(told.at("parameters"), boost::json::value({{"minimum", "1"}}));
    EXPECT_FALSE(boost::json::parse(problem(error).body).as_object().contains("parameters"));
}

TEST(Problem, OfTheServerItselfHasItsStatusAndCode) {
    const auto refused = problem_of(refusals::header_too_large);
    EXPECT_EQ(refused.status, 431);
    EXPECT_THAT(refused.body, testing::HasSubstr(R"("type":"/problems/header-too-large")"));
    EXPECT_THAT(refused.body, testing::HasSubstr(R"("code":"header_too_large")"));
    const auto full = problem_of(refusals::server_full);
    EXPECT_EQ(*full.header("Retry-After"), "1");
    EXPECT_EQ(error_of(refusals::address_not_text, "tag").field, "tag");
    EXPECT_EQ(error_of(refusals::host_not_valid).field, "Host");
}

TEST(Problem, HidesWhatIsInternal) {
    const auto response = problem({ErrorKind::internal, "password is hunter2"});
    EXPECT_THAT(response.body, testing::Not(testing::HasSubstr("hunter2")));
    EXPECT_EQ(response.hidden_detail, "password is hunter2");
}

}  // namespace
}  // namespace croquis::http
