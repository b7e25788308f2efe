#include "http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <stdexcept>

#include "support/served_http.h"

namespace croquis::http {
namespace {

using testing::HasSubstr;
using testing_support::Answer;
using testing_support::echo_router;
using testing_support::Gate;
using testing_support::HttpPeer;
using testing_support::Served;
using Answered = boost::asio::awaitable<Response>;

boost::json::object json_of(const Answer& answer) {
    return boost::json::parse(answer.body).as_object();
}

std::string text_of(const Answer& answer, std::string_view member) {
    return boost::json::value_to<std::string>(json_of(answer).at(member));
}

Router router_of(Handler handler) {
    Router router;
    router.add(Method::get, "/", std::move(handler));
    return router;
}

TEST(Server, AnswersWithTheHandlersBodyAndItsOwnHeaders) {
    Served served(echo_router());
    HttpPeer peer(served.port());
    const auto answer = peer.ask(HttpPeer::request("POST", "/echo", "", "hello"));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.header("Server"), "croquis");
    EXPECT_EQ(answer.header("Content-Length"), "5");
    EXPECT_THAT(answer.header("Date"), testing::EndsWith(" GMT"));
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.header("X-Frame-Options"), "DENY");
    EXPECT_EQ(answer.header("Cross-Origin-Resource-Policy"), "same-origin");
    EXPECT_FALSE(answer.header("X-Request-ID").empty());
}

TEST(Server, KeepsTheConnectionOverManyRequests) {
    Served served(echo_router());
    HttpPeer peer(served.port());
    for (int i = 0; i < 100; ++i) {
        const std::string body(static_cast<std::size_t>(1 + i * 37), 'x');
        ASSERT_EQ(peer.ask(HttpPeer::request("POST", "/echo", "", body)).body, body);
    }
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
    Served served(echo_router());
    HttpPeer peer(served.port());
    std::string all;
    for (int i = 0; i < 50; ++i)
        all += HttpPeer::request("POST", "/echo", "", "body " + std::to_string(i));
    peer.send(all);
    for (int i = 0; i < 50; ++i) ASSERT_EQ(peer.read().body, "body " + std::to_string(i));
}

TEST(Server, ReadsARequestThatComesByteByByte) {
    Served served(echo_router());
    HttpPeer peer(served.port());
    for (const char c : HttpPeer::request("POST", "/echo", "", "slowly"))
        peer.send(std::string_view(&c, 1));
    EXPECT_EQ(peer.read().body, "slowly");
}

TEST(Server, ClosesWhereTheClientAsksForIt) {
    Served served(echo_router());
    HttpPeer peer(served.port());
    const auto answer = peer.get("/echo", "Connection: close\r\n");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_TRUE(peer.is_closed());
}

TEST(Server, ClosesAfterHttp10UnlessAskedToKeep) {
    Served served(echo_router());
    HttpPeer closing(served.port());
    EXPECT_EQ(closing.ask("GET /echo HTTP/1.0\r\n\r\n").status, 200);
    EXPECT_TRUE(closing.is_closed());

    HttpPeer kept(served.port());
    const std::string keep = "GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    EXPECT_EQ(kept.ask(keep).header("Connection"), "keep-alive");
    EXPECT_EQ(kept.ask(keep).status, 200);
}

TEST(Server, AnswersHeadWithTheLengthAndNoBody) {
    Served served(echo_router());
    HttpPeer peer(served.port());
    peer.send(HttpPeer::request("HEAD", "/echo"));
    const auto head = peer.read(true);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("Content-Length"), "5");
    EXPECT_EQ(peer.get("/echo").body, "/echo") << "a body after HEAD would have come first";
}

TEST(Server, SendsLargeSharedBodiesWhole) {
    const auto bytes = std::make_shared<Bytes>(std::size_t{20} * 1024 * 1024);
    for (std::size_t i = 0; i < bytes->size(); ++i)
        (*bytes)[i] = static_cast<std::uint8_t>(i * 31 + i / 257);
    Served served(router_of([bytes](Request&) -> Answered {
        Response response;
        response.shared_body = bytes;
        co_return response;
    }));
    HttpPeer peer(served.port());
    const auto answer = peer.get("/");
    EXPECT_TRUE(answer.body == as_text(*bytes));
    EXPECT_EQ(peer.get("/").body.size(), bytes->size());
}

TEST(Server, NeverSendsABodyWith204) {
    Served served(router_of([](Request&) -> Answered {
        Response response = no_content();
        response.body = "a handler's mistake";
        co_return response;
    }));
    HttpPeer peer(served.port());
    EXPECT_EQ(peer.get("/").status, 204);
    EXPECT_EQ(peer.get("/").status, 204) << "the next answer would not parse";
}

TEST(Server, TurnsAnExceptionInto500WithoutItsText) {
    Served served(router_of([](Request&) -> Answered {
        throw std::runtime_error("secret text");
        co_return Response();
    }));
    HttpPeer peer(served.port());
    const auto answer = peer.get("/");
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    EXPECT_THAT(answer.body, testing::Not(HasSubstr("secret")));
    EXPECT_EQ(peer.get("/").status, 500) << "the connection goes on";
}

TEST(Server, PutsTheRequestIdInHeaderAndProblem) {
    Served served(echo_router());
    HttpPeer peer(served.port());
    const auto answer = peer.get("/nothing", "X-Request-ID: abc-123_x.y\r\n");
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.header("X-Request-ID"), "abc-123_x.y");
    EXPECT_EQ(text_of(answer, "request_id"), "abc-123_x.y");
    EXPECT_EQ(json_of(answer).at("status"), 404);
    EXPECT_EQ(text_of(answer, "type"), "/problems/not-found");
}

TEST(Server, MakesItsOwnIdInThePlaceOfAStrangeOne) {
    Served served(echo_router());
    HttpPeer peer(served.port());
    for (const auto& strange :
         {std::string("a b"), std::string("<script>"), std::string(65, 'a'), std::string("\"")}) {
        const auto answer = peer.get("/nothing", "X-Request-ID: " + strange + "\r\n");
        EXPECT_NE(answer.header("X-Request-ID"), strange);
        EXPECT_EQ(text_of(answer, "request_id"), answer.header("X-Request-ID"));
    }
    const std::string longest(64, 'a');
    EXPECT_EQ(peer.get("/echo", "X-Request-ID: " + longest + "\r\n").header("X-Request-ID"),
              longest);
}

TEST(Server, GivesEveryRequestAnotherId) {
    Served served(echo_router());
    HttpPeer peer(served.port());
    const auto first = peer.get("/echo").header("X-Request-ID");
    EXPECT_NE(peer.get("/echo").header("X-Request-ID"), first);
}

TEST(Server, LeavesOutAHeaderThatWouldSplitTheAnswer) {
    Served served(router_of([](Request&) -> Answered {
        Response response;
        response.set("X-Bad", "a\r\nSet-Cookie: stolen=1");
        response.set("X-Good", "kept");
        co_return response;
    }));
    HttpPeer peer(served.port());
    const auto answer = peer.get("/");
    EXPECT_FALSE(answer.has("Set-Cookie"));
    EXPECT_FALSE(answer.has("X-Bad"));
    EXPECT_EQ(answer.header("X-Good"), "kept");
}

Router client_router() {
    return router_of([](Request& request) -> Answered {
        Response response;
        response.body = request.client + " " + request.scheme;
        co_return response;
    });
}

TEST(Server, BelievesForwardedForOnlyFromATrustedProxy) {
    Served plain(client_router());
    HttpPeer stranger(plain.port());
    EXPECT_EQ(stranger.get("/", "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n").body,
              "127.0.0.1 http");

    ServerOptions options;
    options.trusted_proxies = {"127.0.0.1", "10.0.0.1"};
    Served behind(client_router(), options);
    HttpPeer proxy(behind.port());
    EXPECT_EQ(proxy.get("/", "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n").body,
              "1.2.3.4 https");
    EXPECT_EQ(proxy.get("/", "X-Forwarded-For: 6.6.6.6, 5.5.5.5, 10.0.0.1\r\n").body,
              "5.5.5.5 http");
    EXPECT_EQ(proxy.get("/", "X-Forwarded-For: 5.5.5.5\r\nX-Forwarded-For: 10.0.0.1\r\n").body,
              "5.5.5.5 http");
    EXPECT_EQ(proxy.get("/").body, "127.0.0.1 http");
}

TEST(Server, CountsWhatItAnswered) {
    Served served(echo_router());
    HttpPeer peer(served.port());
    peer.get("/echo");
    peer.get("/echo");
    peer.get("/nothing/1");
    peer.get("/nothing/2");
    const auto metrics = served.metrics();
    EXPECT_THAT(metrics, testing::ContainsRegex(
                             "croquis_http_requests_total\\{[^}]*method=\"GET\"[^}]*route=\"/echo\""
                             "[^}]*status=\"2xx\"[^}]*\\} 2"));
    EXPECT_THAT(metrics,
                testing::ContainsRegex("route=\"\\(none\\)\"[^}]*status=\"4xx\"[^}]*\\} 2"));
    EXPECT_THAT(metrics, HasSubstr("croquis_http_request_seconds_bucket"));
    EXPECT_THAT(metrics, testing::Not(HasSubstr("/nothing/1"))) << "a label for every address";
}

TEST(Server, SaysWhyItCannotListen) {
    Served first(echo_router());
    Metrics metrics;
    ServerOptions options;
    options.port = first.port();
    Server second(options, echo_router(), metrics);
    const auto taken = second.start();
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().kind, ErrorKind::unavailable);
    EXPECT_THAT(taken.error().detail, HasSubstr("already in use"));

    options.address = "not an address";
    Server third(options, echo_router(), metrics);
    EXPECT_EQ(third.start().error().kind, ErrorKind::invalid);
}

TEST(Server, LetsRunningRequestsEndWhenItStops) {
    Gate gate;
    Served served(router_of([&gate](Request&) -> Answered {
        co_await gate.pass();
        Response response;
        response.body = "done";
        co_return response;
    }));
    HttpPeer working(served.port());
    HttpPeer idle(served.port());
    working.send(HttpPeer::request("GET", "/"));
    gate.wait_for(1);
    std::thread stopping([&] { served.server().stop(); });
    EXPECT_TRUE(idle.is_closed());
    gate.open();
    const auto answer = working.read();
    EXPECT_EQ(answer.body, "done");
    EXPECT_EQ(answer.header("Connection"), "close");
    stopping.join();
}

TEST(Server, ServesFromSeveralThreads) {
    ServerOptions options;
    options.threads = 3;
    Served served(echo_router(), options);
    std::vector<std::thread> clients;
    std::atomic<int> right{0};
    for (int c = 0; c < 6; ++c)
        clients.emplace_back([&, c] {
            HttpPeer peer(served.port());
            for (int i = 0; i < 50; ++i) {
                const std::string body = std::to_string(c) + "/" + std::to_string(i);
                if (peer.ask(HttpPeer::request("POST", "/echo", "", body)).body == body) ++right;
            }
        });
    for (auto& client : clients) client.join();
    EXPECT_EQ(right, 300);
}

}  // namespace
}  // namespace croquis::http
