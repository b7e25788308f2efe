#include <gtest/gtest.h>

#include <fstream>

#include "portal/portal.h"
#include "support/served_http.h"
#include "support/temp_folder.h"

namespace croquis::portal {
namespace {

using http::Request;
using http::Response;
using testing_support::Gate;
using testing_support::HttpPeer;
using testing_support::Served;
using testing_support::TempFolder;
using Answered = boost::asio::awaitable<Response>;

constexpr std::uint64_t limit = std::uint64_t{64} << 20U;
constexpr const char* path = "/api/v1/imports";

/// A backend that takes uploads, behind a portal.
class PortalUpload : public testing::Test {
  protected:
    PortalUpload() : backend(router()) {
        std::ofstream(folder_.path() / "index.html") << "the page";
        PortalOptions options;
        options.web_root = folder_.path();
        options.backend_url = "http://127.0.0.1:" + std::to_string(backend.port());
        options.max_upload_bytes = limit;
        options.max_uploads = 2;
        options.connect_timeout = std::chrono::milliseconds(100);
        auto routes = portal_router(options, metrics_);
        EXPECT_TRUE(routes);
        portal = std::make_unique<Served>(std::move(*routes));
    }

    http::Router router() {
        http::Router made;
        made.add_streaming(
            http::Method::post, path, [this](Request& request) { return take(request); },
            limit / 2);
        return made;
    }

    Answered take(Request& request) {
        if (request.header("authorization") != "Bearer good")
            co_return http::problem({ErrorKind::unauthenticated, "Sign in."});
        announced = request.source->size().value_or(0);
        std::size_t bytes = 0;
        std::uint32_t sum = 0;
        for (;;) {
            if (gated) co_await gate.pass();
            const auto part = co_await request.source->next();
            if (!part) {
                ++failures;
                co_return http::problem(part.error());
            }
            if (part->empty()) break;
            bytes += part->size();
            for (const char c : *part) sum = sum * 31 + static_cast<unsigned char>(c);
            if (request.header("x-full") == "yes")
                co_return http::problem({ErrorKind::unavailable, "The disk is full.", {}, 60});
        }
        Response response;
        response.status = 202;
        response.set("Location", "/api/v1/jobs/1");
        response.body = std::to_string(bytes) + " " + std::to_string(sum);
        co_return response;
    }

    static std::string some(std::size_t size) {
        std::string text(size, '\0');
        for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + i / 251);
        return text;
    }
    static std::string told(const std::string& body) {
        std::uint32_t sum = 0;
        for (const char c : body) sum = sum * 31 + static_cast<unsigned char>(c);
        return std::to_string(body.size()) + " " + std::to_string(sum);
    }
    static constexpr auto signed_in = "Authorization: Bearer good\r\n";

    std::atomic<std::uint64_t> announced{0};
    std::atomic<int> failures{0};
    std::atomic<bool> gated{false};
    Gate gate;
    Served backend;
    std::unique_ptr<Served> portal;

  private:
    TempFolder folder_;
    Metrics metrics_;
};

TEST_F(PortalUpload, PassesOnMoreThanAWholeBodyMayHave) {
    const auto body = some(20'000'000);
    HttpPeer peer(portal->port());
    const auto answer = peer.ask(HttpPeer::request("POST", path, signed_in, body));
    EXPECT_EQ(answer.status, 202);
    EXPECT_EQ(answer.body, told(body));
    EXPECT_EQ(answer.header("Location"), "/api/v1/jobs/1");
    EXPECT_EQ(announced, body.size());
    EXPECT_EQ(peer.get("/").body, "the page") << "the connection goes on";
}

TEST_F(PortalUpload, PassesOnChunks) {
    const auto body = some(300'000);
    HttpPeer peer(portal->port());
    peer.send(std::string("POST ") + path + " HTTP/1.1\r\nHost: a\r\n" + signed_in +
              "Transfer-Encoding: chunked\r\n\r\n");
    for (std::size_t at = 0; at < body.size(); at += 100'000)
        peer.send("186a0\r\n" + body.substr(at, 100'000) + "\r\n");
    peer.send("0\r\n\r\n");
    EXPECT_EQ(peer.read().body, told(body));
    EXPECT_EQ(announced, 0U);
}

TEST_F(PortalUpload, RefusesBeforeTheBodyIsSent) {
    HttpPeer peer(portal->port());
    const auto answer =
        peer.ask(std::string("POST ") + path +
                 " HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n");
    EXPECT_EQ(answer.status, 401) << "and no 100 before it";
    peer.stop_sending();
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(PortalUpload, RefusesASenderWhoDoesNotAsk) {
    HttpPeer peer(portal->port());
    peer.send(HttpPeer::request("POST", path, "", some(5'000'000)));
    EXPECT_EQ(peer.read().status, 401);
}

TEST_F(PortalUpload, SaysContinueOnceTheBackendWantsIt) {
    HttpPeer peer(portal->port());
    peer.send(std::string("POST ") + path + " HTTP/1.1\r\nHost: a\r\n" + signed_in +
              "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(peer.read(true).status, 100);
    EXPECT_EQ(peer.ask("hello").body, told("hello"));
}

TEST_F(PortalUpload, HoldsToBothLimits) {
    const auto announce = [&](std::uint64_t bytes) {
        HttpPeer peer(portal->port());
        peer.send(std::string("POST ") + path + " HTTP/1.1\r\nHost: a\r\n" + signed_in +
                  "Expect: 100-continue\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n");
        return peer.read().status;
    };
    EXPECT_EQ(announce(limit / 2 + 1), 413) << "the backend's";
    EXPECT_EQ(announce(limit + 1), 413) << "the portal's";
}

TEST_F(PortalUpload, TellsWhatTheBackendSaysInTheMiddle) {
    HttpPeer peer(portal->port());
    peer.send(HttpPeer::request("POST", path, std::string(signed_in) + "X-Full: yes\r\n",
                                some(20'000'000)));
    const auto answer = peer.read();
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.header("Retry-After"), "60");
}

TEST_F(PortalUpload, TellsTheBackendThatTheClientIsGone) {
    {
        HttpPeer peer(portal->port());
        peer.send(std::string("POST ") + path + " HTTP/1.1\r\nHost: a\r\n" + signed_in +
                  "Content-Length: 1000000\r\n\r\n" + some(200'000));
    }
    while (failures == 0) std::this_thread::yield();
    EXPECT_EQ(failures, 1);
}

TEST_F(PortalUpload, TakesSoManyAtOnce) {
    gated = true;
    HttpPeer first(portal->port());
    HttpPeer second(portal->port());
    HttpPeer third(portal->port());
    const auto request = HttpPeer::request("POST", path, signed_in, "body");
    first.send(request);
    second.send(request);
    gate.wait_for(2);
    EXPECT_EQ(third.ask(request).status, 503);
    gate.open();
    EXPECT_EQ(first.read().status, 202);
    EXPECT_EQ(second.read().status, 202);
}

TEST_F(PortalUpload, IsABadGatewayWithoutABackend) {
    backend.server().stop();
    HttpPeer peer(portal->port());
    EXPECT_EQ(peer.ask(HttpPeer::request("POST", path, signed_in, "body")).status, 502);
}

}  // namespace
}  // namespace croquis::portal
