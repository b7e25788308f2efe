#include <gtest/gtest.h>

#include "support/served_http.h"

namespace croquis::http {
namespace {

using testing_support::HttpPeer;
using testing_support::Served;
using Answered = boost::asio::awaitable<Response>;

Router pages() {
    Router router;
    router.add(Method::get, "/page", [](Request&) -> Answered {
        Response response;
        response.set("Content-Type", "text/html; charset=utf-8");
        response.set("Vary", "Accept-Encoding");
        co_return response;
    });
    router.add(Method::get, "/own", [](Request&) -> Answered {
        Response response;
        response.set("Content-Type", "text/html");
        response.set("Content-Security-Policy", "default-src 'none'");
        co_return response;
    });
    router.add(Method::patch, "/page", [](Request&) -> Answered { co_return no_content(); });
    return router;
}

ServerOptions with_origins() {
    ServerOptions options;
    options.allowed_origins = {"https://draw.example", "http://localhost:5173"};
    options.content_security_policy = "default-src 'self'";
    return options;
}

TEST(Cors, AllowsAnOriginOfTheListByItsName) {
    Served served(pages(), with_origins());
    HttpPeer peer(served.port());
    const auto answer = peer.get("/page", "Origin: https://draw.example\r\n");
    EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "https://draw.example");
    EXPECT_EQ(answer.header("Vary"), "Accept-Encoding, Origin");
    EXPECT_EQ(answer.header("Cross-Origin-Resource-Policy"), "cross-origin");
    EXPECT_FALSE(answer.has("Access-Control-Allow-Credentials"));
}

TEST(Cors, SaysNothingToAnyOtherOrigin) {
    Served served(pages(), with_origins());
    HttpPeer peer(served.port());
    for (const char* origin : {"https://draw.example.evil", "http://draw.example", "null",
                               "https://draw.example:444", "*"}) {
        const auto answer = peer.get("/page", std::string("Origin: ") + origin + "\r\n");
        EXPECT_EQ(answer.status, 200);
        EXPECT_FALSE(answer.has("Access-Control-Allow-Origin")) << origin;
        EXPECT_EQ(answer.header("Vary"), "Accept-Encoding, Origin");
    }
    EXPECT_FALSE(peer.get("/page").has("Access-Control-Allow-Origin"));
}

TEST(Cors, AnswersAPreflight) {
    Served served(pages(), with_origins());
    HttpPeer peer(served.port());
    const auto answer = peer.ask(HttpPeer::request(
        "OPTIONS", "/page",
        "Origin: http://localhost:5173\r\nAccess-Control-Request-Method: PATCH\r\n"));
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "http://localhost:5173");
    EXPECT_EQ(answer.header("Access-Control-Allow-Methods"), "GET, POST, PUT, PATCH, DELETE");
    EXPECT_NE(answer.header("Access-Control-Allow-Headers").find("If-Match"), std::string::npos);
    const auto stranger = peer.ask(HttpPeer::request(
        "OPTIONS", "/page", "Origin: http://evil\r\nAccess-Control-Request-Method: PATCH\r\n"));
    EXPECT_FALSE(stranger.has("Access-Control-Allow-Methods"));
}

TEST(Cors, IsOffWithoutOrigins) {
    Served served(pages());
    HttpPeer peer(served.port());
    const auto answer = peer.get("/page", "Origin: https://draw.example\r\n");
    EXPECT_FALSE(answer.has("Access-Control-Allow-Origin"));
    EXPECT_EQ(answer.header("Vary"), "Accept-Encoding");
}

TEST(Security, GuardsPages) {
    Served served(pages(), with_origins());
    HttpPeer peer(served.port());
    const auto page = peer.get("/page");
    EXPECT_EQ(page.header("Content-Security-Policy"), "default-src 'self'");
    EXPECT_EQ(page.header("Cross-Origin-Opener-Policy"), "same-origin");
    EXPECT_EQ(page.header("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(page.header("X-Frame-Options"), "DENY");
}

TEST(Security, LeavesAHandlersOwnPolicy) {
    Served served(pages(), with_origins());
    HttpPeer peer(served.port());
    EXPECT_EQ(peer.get("/own").header("Content-Security-Policy"), "default-src 'none'");
}

}  // namespace
}  // namespace croquis::http
