#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "support/served_http.h"

namespace croquis::http {
namespace {

using testing_support::Answer;
using testing_support::echo_router;
using testing_support::Gate;
using testing_support::HttpPeer;
using testing_support::Served;
using Answered = boost::asio::awaitable<Response>;

ServerOptions with(const ServerLimits& limits) {
    ServerOptions options;
    options.limits = limits;
    return options;
}

/// A GET whose header is `size` bytes to the last line break.
std::string request_with_header_of(std::size_t size) {
    const std::string start = "GET /echo HTTP/1.1\r\nHost: test\r\nX-Fill: ";
    return start + std::string(size - start.size() - 4, 'f') + "\r\n\r\n";
}

class HeaderLimit : public testing::TestWithParam<std::size_t> {};

TEST_P(HeaderLimit, TakesAHeaderOfExactlyTheLimitAndRefusesOneByteMore) {
    ServerLimits limits;
    limits.max_header_bytes = GetParam();
    Served served(echo_router(), with(limits));
    HttpPeer fits(served.port());
    EXPECT_EQ(fits.ask(request_with_header_of(GetParam())).status, 200);
    EXPECT_EQ(fits.get("/echo").status, 200);

    HttpPeer over(served.port());
    const auto answer = over.ask(request_with_header_of(GetParam() + 1));
    EXPECT_EQ(answer.status, 431);
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(answer.header("Connection"), "close");
    over.stop_sending();
    EXPECT_TRUE(over.is_closed());
}

TEST_P(HeaderLimit, HoldsForAHeaderThatComesInPieces) {
    ServerLimits limits;
    limits.max_header_bytes = GetParam();
    Served served(echo_router(), with(limits));
    const auto in_pieces = [&](std::size_t size) {
        HttpPeer peer(served.port());
        peer.send("GET /echo HTTP/1.1\r\n");
        std::string rest = "Host: test\r\n";
        std::size_t left = size - 20 - rest.size() - 2;
        for (; left > 40; left -= 20) rest += "X-Piece: 1234567890\r\n", --left;
        rest += "Y: " + std::string(left - 5, 'y') + "\r\n\r\n";
        for (std::size_t at = 0; at < rest.size(); at += 100) peer.send(rest.substr(at, 100));
        return peer.read().status;
    };
    EXPECT_EQ(in_pieces(GetParam()), 200);
    EXPECT_EQ(in_pieces(GetParam() + 1), 431);
}

INSTANTIATE_TEST_SUITE_P(Sizes, HeaderLimit, testing::Values(512, 16 * 1024, 40000));

TEST(Limits, RefusesAnAddressThatFillsTheHeader) {
    ServerLimits limits;
    limits.max_header_bytes = 1024;
    Served served(echo_router(), with(limits));
    HttpPeer peer(served.port());
    EXPECT_EQ(peer.get("/" + std::string(2000, 'a')).status, 414);
}

class BodyLimit : public testing::TestWithParam<std::size_t> {
  protected:
    BodyLimit() {
        ServerLimits limits;
        limits.max_body_bytes = GetParam();
        served_ = std::make_unique<Served>(echo_router(), with(limits));
    }
    [[nodiscard]] HttpPeer peer() const { return HttpPeer(served_->port()); }

    std::unique_ptr<Served> served_;
};

TEST_P(BodyLimit, TakesABodyOfExactlyTheLimit) {
    auto peer = std::make_unique<HttpPeer>(served_->port());
    const std::string body(GetParam(), 'b');
    EXPECT_TRUE(peer->ask(HttpPeer::request("POST", "/echo", "", body)).body == body);
    EXPECT_TRUE(peer->ask(HttpPeer::request("POST", "/echo", "", body)).body == body);
}

TEST_P(BodyLimit, RefusesOneByteMoreSoThatTheSenderSeesIt) {
    HttpPeer peer(served_->port());
    const std::string body(GetParam() + 1, 'b');
    const auto answer = peer.ask(HttpPeer::request("POST", "/echo", "", body));
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(answer.header("Connection"), "close");
}

std::string chunked(const std::vector<std::string>& chunks) {
    std::string text = "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n";
    std::array<char, 32> size{};
    for (const auto& chunk : chunks) {
        std::snprintf(size.data(), size.size(), "%zx\r\n", chunk.size());
        text.append(size.data()).append(chunk).append("\r\n");
    }
    return text + "0\r\n\r\n";
}

TEST_P(BodyLimit, HoldsForChunkedBodiesToo) {
    const std::size_t half = GetParam() / 2;
    HttpPeer fits(served_->port());
    EXPECT_EQ(fits.ask(chunked({std::string(half, 'a'), std::string(GetParam() - half, 'b')}))
                  .body.size(),
              GetParam());
    HttpPeer over(served_->port());
    EXPECT_EQ(
        over.ask(chunked({std::string(half, 'a'), std::string(GetParam() - half + 1, 'b')})).status,
        413);
}

INSTANTIATE_TEST_SUITE_P(Sizes, BodyLimit, testing::Values(10, 4096, 4 * 1024 * 1024));

TEST(Limits, RefusesAHugeBodyByItsAnnouncementAlone) {
    Served served(echo_router());
    HttpPeer peer(served.port());
    peer.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 99999999999999\r\n\r\n");
    EXPECT_EQ(peer.read().status, 413);
}

TEST(Limits, ReadsChunksWithExtensionsAndDropsTrailers) {
    http::Router router;
    router.add(Method::post, "/echo", [](Request& request) -> Answered {
        Response response;
        response.body = request.body + "|" + std::string(request.header("authorization"));
        co_return response;
    });
    Served served(std::move(router));
    HttpPeer peer(served.port());
    const auto answer = peer.ask(
        "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3;name=value\r\nabc\r\n2\r\nde\r\n0\r\nAuthorization: Bearer smuggled\r\n\r\n");
    EXPECT_EQ(answer.body, "abcde|");
    EXPECT_EQ(peer.ask(HttpPeer::request("POST", "/echo", "", "next")).body, "next|");
}

TEST(Limits, SaysContinueBeforeABodyThatFits) {
    Served served(echo_router());
    HttpPeer peer(served.port());
    peer.send(
        "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    std::array<char, 25> go_on{};
    boost::asio::read(peer.socket(), boost::asio::buffer(go_on));
    EXPECT_EQ(std::string_view(go_on.data(), go_on.size()), "HTTP/1.1 100 Continue\r\n\r\n");
    peer.send("hello");
    EXPECT_EQ(peer.read().body, "hello");
}

TEST(Limits, RefusesInThePlaceOfContinueWhereTheBodyDoesNotFit) {
    ServerLimits limits;
    limits.max_body_bytes = 4;
    Served served(echo_router(), with(limits));
    HttpPeer peer(served.port());
    peer.send(
        "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(peer.read().status, 413);
    HttpPeer other(served.port());
    EXPECT_EQ(other.get("/echo", "Expect: the-unexpected\r\n").status, 417);
}

http::Router gated_router(Gate& gate) {
    http::Router router;
    router.add(Method::get, "/wait", [&gate](Request&) -> Answered {
        co_await gate.pass();
        co_return no_content();
    });
    return router;
}

TEST(Limits, RefusesOneRequestMoreThanItsLimitAtWorkAndRecovers) {
    ServerLimits limits;
    limits.max_requests_in_flight = 3;
    Gate gate;
    Served served(gated_router(gate), with(limits));
    std::vector<std::unique_ptr<HttpPeer>> peers;
    for (int i = 0; i < 3; ++i) {
        peers.push_back(std::make_unique<HttpPeer>(served.port()));
        peers.back()->send(HttpPeer::request("GET", "/wait"));
    }
    gate.wait_for(3);
    HttpPeer another(served.port());
    const auto refused = another.get("/wait");
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.header("Retry-After"), "1");
    EXPECT_EQ(refused.header("Content-Type"), "application/problem+json");
    gate.open();
    for (auto& peer : peers) EXPECT_EQ(peer->read().status, 204);
    EXPECT_EQ(another.get("/wait").status, 204) << "the refused connection may go on";
    EXPECT_THAT(served.metrics(), testing::ContainsRegex("croquis_http_refused_total[^\n]* 1"));
}

TEST(Limits, RefusesOneConnectionMoreThanItsLimitAndRecovers) {
    ServerLimits limits;
    limits.max_connections = 2;
    Served served(echo_router(), with(limits));
    HttpPeer first(served.port());
    auto second = std::make_unique<HttpPeer>(served.port());
    ASSERT_EQ(first.get("/echo").status, 200);
    ASSERT_EQ(second->get("/echo").status, 200);
    HttpPeer third(served.port());
    const auto refused = third.get("/echo");
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.header("Retry-After"), "1");
    third.stop_sending();
    EXPECT_TRUE(third.is_closed());
    EXPECT_EQ(first.get("/echo").status, 200);
    second.reset();
    int status = 503;
    while (status == 503) status = HttpPeer(served.port()).get("/echo").status;
    EXPECT_EQ(status, 200);
}

TEST(Limits, HoldsBodiesOnlyUpToItsBudgetOverAllConnections) {
    ServerLimits limits;
    limits.max_held_body_bytes = 1000;
    Served served(echo_router(), with(limits));
    HttpPeer holder(served.port());
    holder.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\n" +
                std::string(900, 'h'));
    HttpPeer small(served.port());
    HttpPeer large(served.port());
    // Until the holder's bytes are read a large one still fits; then it never does.
    int status = 200;
    while (status == 200)
        status = HttpPeer(served.port())
                     .ask(HttpPeer::request("POST", "/echo", "", std::string(101, 'l')))
                     .status;
    EXPECT_EQ(status, 503);
    EXPECT_EQ(small.ask(HttpPeer::request("POST", "/echo", "", std::string(100, 's'))).status, 200);
    const auto refused = large.ask(HttpPeer::request("POST", "/echo", "", std::string(101, 'l')));
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.header("Retry-After"), "1");
    holder.send(std::string(100, 'h'));
    EXPECT_EQ(holder.read().body.size(), 1000U);
    HttpPeer whole(served.port());
    EXPECT_EQ(whole.ask(HttpPeer::request("POST", "/echo", "", std::string(1000, 'w'))).status,
              200);
}

}  // namespace
}  // namespace croquis::http
