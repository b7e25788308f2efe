#include "portal/portal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/read_until.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <fstream>
#include <functional>

#include "support/served_http.h"
#include "support/temp_folder.h"

namespace croquis::portal {
namespace {

using http::Method;
using http::Request;
using http::Response;
using testing::HasSubstr;
using testing::Not;
using testing_support::Answer;
using testing_support::Gate;
using testing_support::HttpPeer;
using testing_support::Served;
using testing_support::TempFolder;
using tcp = boost::asio::ip::tcp;
using Answered = boost::asio::awaitable<Response>;

/// Says what it was asked, header by header.
Answered describe(Request& request) {
    Response response;
    response.set("Content-Type", "text/plain");
    response.set("X-From", "backend");
    response.set("Connection", "X-Secret");
    response.set("X-Secret", "for this hop alone");
    response.body = std::string(to_string(request.method)) + " " + request.target + "\n";
    for (const auto& [name, value] : request.headers) response.body += name + ": " + value + "\n";
    response.body += "\n" + request.body;
    co_return response;
}

http::Router describing_backend() {
    http::Router router;
    for (const auto method :
         {Method::get, Method::post, Method::put, Method::patch, Method::delete_, Method::options})
        for (const char* path : {"/api/{rest*}", "/docs", "/healthz", "/openapi.json"})
            router.add(method, path, describe);
    return router;
}

std::string url_of(std::uint16_t port) {
    return "http://127.0.0.1:" + std::to_string(port);
}

/// The portal under test in front of whatever listens at `backend_url`.
class Portal {
  public:
    explicit Portal(const std::string& backend_url,
                    const std::function<void(PortalOptions&)>& change = {}) {
        std::ofstream(folder_.path() / "index.html") << "the page";
        PortalOptions options;
        options.web_root = folder_.path();
        options.backend_url = backend_url;
        if (change) change(options);
        auto router = portal_router(options, metrics_);
        EXPECT_TRUE(router);
        served_ = std::make_unique<Served>(std::move(*router));
    }
    [[nodiscard]] std::uint16_t port() const { return served_->port(); }
    Answer ask(const std::string& bytes) { return HttpPeer(port()).ask(bytes); }
    Answer get(const std::string& target, const std::string& headers = "") {
        return HttpPeer(port()).get(target, headers);
    }
    [[nodiscard]] std::string metrics() const { return metrics_.text(); }

  private:
    TempFolder folder_;
    Metrics metrics_;
    std::unique_ptr<Served> served_;
};

std::string text_of(const Answer& problem, const char* member) {
    return boost::json::value_to<std::string>(boost::json::parse(problem.body).at(member));
}

TEST(Portal, ServesThePageItself) {
    Portal portal("http://127.0.0.1:1");
    EXPECT_EQ(portal.get("/").body, "the page");
    EXPECT_EQ(portal.get("/login").body, "the page");
}

TEST(Portal, ForwardsMethodsTargetsAndBodies) {
    Served backend(describing_backend());
    Portal portal(url_of(backend.port()));
    for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
        const auto answer =
            portal.ask(HttpPeer::request(method, "/api/v1/x%20y?tag=a%26b&c=%C3%A9", "", "a body"));
        EXPECT_EQ(answer.status, 200);
        EXPECT_THAT(answer.body, testing::StartsWith(std::string(method) +
                                                     " /api/v1/x%20y?tag=a%26b&c=%C3%A9\n"));
        EXPECT_THAT(answer.body, testing::EndsWith("\n\na body"));
        EXPECT_EQ(answer.header("X-From"), "backend");
    }
    EXPECT_THAT(portal.get("/docs").body, testing::StartsWith("GET /docs\n"));
    EXPECT_THAT(portal.get("/healthz").body, testing::StartsWith("GET /healthz\n"));
    EXPECT_THAT(portal.get("/openapi.json").body, testing::StartsWith("GET /openapi.json\n"));
}

TEST(Portal, TellsTheBackendWhoAsks) {
    Served backend(describing_backend());
    Portal portal(url_of(backend.port()));
    const auto answer = portal.get("/api/x",
                                   "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\n"
                                   "Forwarded: for=6.6.6.6\r\nX-Request-ID: abc\r\n"
                                   "Authorization: Bearer t\r\nIf-Match: \"3\"\r\n");
    EXPECT_THAT(answer.body, HasSubstr("x-forwarded-for: 127.0.0.1\n"));
    EXPECT_THAT(answer.body, HasSubstr("x-forwarded-proto: http\n"));
    EXPECT_THAT(answer.body, HasSubstr("x-forwarded-host: localhost\n"));
    EXPECT_THAT(answer.body, Not(HasSubstr("6.6.6.6")));
    EXPECT_THAT(answer.body, HasSubstr("x-request-id: abc\n"));
    EXPECT_THAT(answer.body, HasSubstr("authorization: Bearer t\n"));
    EXPECT_THAT(answer.body, HasSubstr("if-match: \"3\"\n"));
    EXPECT_THAT(answer.body, HasSubstr("host: 127.0.0.1:" + std::to_string(backend.port())));
    EXPECT_EQ(answer.header("X-Request-ID"), "abc");
}

TEST(Portal, ProvesItselfToTheBackendOfItsProcess) {
    Served backend(describing_backend());
    Portal portal(url_of(backend.port()),
                  [](PortalOptions& options) { options.secret = "s3cret"; });
    EXPECT_THAT(portal.get("/api/x", "X-Croquis-Portal: forged\r\n").body,
                HasSubstr("x-croquis-portal: s3cret\n"));
    Portal another(url_of(backend.port()));
    EXPECT_THAT(another.get("/api/x", "X-Croquis-Portal: forged\r\n").body,
                Not(HasSubstr("x-croquis-portal")));
}

TEST(Portal, PassesOnNoPathThatLeadsElsewhere) {
    std::atomic<int> asked{0};
    http::Router router;
    router.add(Method::get, "/{rest*}", [&asked](Request&) -> Answered {
        ++asked;
        co_return http::no_content();
    });
    Served backend(std::move(router));
    Portal portal(url_of(backend.port()));
    for (const char* path :
         {"/api/../x", "/api/..", "/api/./x", "/api/.", "/api/v1/../../x", "/api/%2e%2e/x",
          "/api/.%2E/x", "/api/%2e/x", "/api/..%2fx", "/api/%2e%2e%2fx", "/api/x%2f..%2f..%2fy",
          "/api/..%5cx", "/api/x\\..\\y", "/api/..;/x", "/api/..;a=b/x", "/api/x/..?a=b",
          "/docs/../x", "/problems/%2e%2e/x", "http://test/api/../x"}) {
        const int status = portal.get(path).status;
        EXPECT_EQ(status, 400) << path;
    }
    EXPECT_EQ(asked, 0);
    for (const char* path :
         {"/api/..x", "/api/x..", "/api/.x", "/api/x..y", "/api/...", "/api/x?a=../b"})
        EXPECT_EQ(portal.get(path).status, 204) << path;
}

TEST(Portal, AsksTheBackendForAPathAlone) {
    Served backend(describing_backend());
    Portal portal(url_of(backend.port()));
    EXPECT_THAT(portal.get("http://elsewhere/api/x?a=b").body,
                testing::AllOf(testing::StartsWith("GET /api/x?a=b\n"),
                               HasSubstr("x-forwarded-host: elsewhere\n")));
}

TEST(Portal, EndsItsRequestAtTheBackendWithTheClient) {
    std::atomic<bool> noticed{false};
    http::Router router;
    router.add(Method::get, "/api/x", [&noticed](Request& request) -> Answered {
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
        while (!request.hang_up->happened()) {
            timer.expires_after(std::chrono::milliseconds(2));
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
        noticed = true;
        co_return http::no_content();
    });
    Served backend(std::move(router));
    Portal portal(url_of(backend.port()));
    { HttpPeer(portal.port()).send(HttpPeer::request("GET", "/api/x")); }
    while (!noticed) std::this_thread::yield();
    EXPECT_THAT(portal.metrics(), Not(HasSubstr("croquis_portal_backend_failures_total 1")));
}

TEST(Portal, KeepsWhatBelongsToOneConnectionToItself) {
    Served backend(describing_backend());
    Portal portal(url_of(backend.port()));
    const auto answer = portal.get(
        "/api/x",
        "Connection: keep-alive, X-Hop\r\nX-Hop: mine\r\nTE: trailers\r\nUpgrade: h2c\r\n"
        "Proxy-Authorization: secret\r\nKeep-Alive: timeout=5\r\nX-Kept: yes\r\n");
    EXPECT_THAT(answer.body, HasSubstr("x-kept: yes\n"));
    for (const char* name : {"x-hop", "te:", "upgrade", "proxy-authorization", "keep-alive"})
        EXPECT_THAT(answer.body, Not(HasSubstr(name)));
    EXPECT_FALSE(answer.has("X-Secret"));
    const auto& headers = answer.headers;
    for (const char* name : {"Date", "Server", "X-Request-ID", "Content-Length"})
        EXPECT_EQ(headers.count(name), 1U) << name;
}

TEST(Portal, ForwardsAChunkedBodyWhole) {
    Served backend(describing_backend());
    Portal portal(url_of(backend.port()));
    const auto answer = portal.ask(
        "POST /api/x HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n");
    EXPECT_THAT(answer.body, testing::EndsWith("\n\nabcdef"));
    EXPECT_THAT(answer.body, HasSubstr("content-length: 6\n"));
}

TEST(Portal, PassesOnWhatTheBackendAnswers) {
    http::Router router;
    router.add(Method::get, "/api/busy", [](Request&) -> Answered {
        co_return http::problem({ErrorKind::unavailable, "Full.", {}, 7});
    });
    router.add(Method::get, "/api/image", [](Request&) -> Answered {
        Response response;
        response.set("Content-Type", "image/png");
        response.set("ETag", "\"i1\"");
        response.body = "0123456789";
        co_return response;
    });
    Served backend(std::move(router));
    Portal portal(url_of(backend.port()));
    const auto busy = portal.get("/api/busy", "X-Request-ID: r1\r\n");
    EXPECT_EQ(busy.status, 503);
    EXPECT_EQ(busy.header("Retry-After"), "7");
    EXPECT_EQ(busy.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(text_of(busy, "request_id"), "r1");

    EXPECT_EQ(portal.get("/api/image", "If-None-Match: \"i1\"\r\n").status, 304);
    const auto range = portal.get("/api/image", "Range: bytes=2-3\r\n");
    EXPECT_EQ(range.status, 206);
    EXPECT_EQ(range.body, "23");
    EXPECT_EQ(range.header("Content-Range"), "bytes 2-3/10");
    EXPECT_EQ(portal.get("/api/nothing").status, 404);
    EXPECT_EQ(portal.ask(HttpPeer::request("POST", "/api/image")).header("Allow"),
              "GET, HEAD, OPTIONS");

    HttpPeer peer(portal.port());
    peer.send(HttpPeer::request("HEAD", "/api/image"));
    EXPECT_EQ(peer.read(true).header("Content-Length"), "10");
    EXPECT_EQ(peer.get("/api/image").body, "0123456789");
}

TEST(Portal, KeepsItsConnectionToTheBackend) {
    Served backend(describing_backend());
    Portal portal(url_of(backend.port()));
    for (int i = 0; i < 20; ++i) ASSERT_EQ(portal.get("/api/x").status, 200);
    EXPECT_THAT(portal.metrics(), HasSubstr("croquis_portal_backend_connects_total 1"));
}

TEST(Portal, NeverHasMoreRequestsAtTheBackendThanItMay) {
    std::atomic<int> now{0};
    std::atomic<int> most{0};
    http::Router router;
    router.add(Method::get, "/api/x", [&](Request&) -> Answered {
        most = std::max<int>(most, ++now);
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
        timer.expires_after(std::chrono::milliseconds(5));
        co_await timer.async_wait(boost::asio::use_awaitable);
        --now;
        co_return http::no_content();
    });
    Served backend(std::move(router));
    Portal portal(url_of(backend.port()), [](PortalOptions& options) {
        options.max_backend_connections = 3;
        options.connect_timeout = std::chrono::minutes(1);
    });
    std::vector<std::unique_ptr<HttpPeer>> peers;
    for (int i = 0; i < 40; ++i) {
        peers.push_back(std::make_unique<HttpPeer>(portal.port()));
        peers.back()->send(HttpPeer::request("GET", "/api/x"));
    }
    for (auto& peer : peers) EXPECT_EQ(peer->read().status, 204);
    EXPECT_EQ(most, 3);
}

TEST(Portal, SaysWhenTooManyWaitForTheBackend) {
    Gate gate;
    http::Router router;
    router.add(Method::get, "/api/x", [&gate](Request&) -> Answered {
        co_await gate.pass();
        co_return http::no_content();
    });
    Served backend(std::move(router));
    Portal portal(url_of(backend.port()), [](PortalOptions& options) {
        options.max_backend_connections = 1;
        options.connect_timeout = std::chrono::milliseconds(50);
    });
    HttpPeer first(portal.port());
    first.send(HttpPeer::request("GET", "/api/x"));
    gate.wait_for(1);
    const auto refused = portal.get("/api/x");
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(text_of(refused, "code"), "server_full");
    EXPECT_EQ(refused.header("Retry-After"), "1");
    gate.open();
    EXPECT_EQ(first.read().status, 204);
    EXPECT_EQ(portal.get("/api/x").status, 204);
}

/// A port on which nothing listens, and nobody else can while this lives.
class ClosedPort {
  public:
    ClosedPort() { socket_.bind({boost::asio::ip::address_v4::loopback(), 0}); }
    [[nodiscard]] std::uint16_t number() const { return socket_.local_endpoint().port(); }

  private:
    boost::asio::io_context io_;
    tcp::socket socket_{io_, tcp::v4()};
};

TEST(Portal, Answers502WhileTheBackendIsDown) {
    const ClosedPort down;
    Portal portal(url_of(down.number()));
    const auto answer = portal.get("/api/x");
    EXPECT_EQ(answer.status, 502);
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(answer.header("Retry-After"), "5");
    EXPECT_EQ(text_of(answer, "request_id"), answer.header("X-Request-ID"));
    EXPECT_EQ(text_of(answer, "code"), "backend_unreachable");
    EXPECT_EQ(portal.get("/").status, 200) << "the page is served all the same";
    EXPECT_THAT(portal.metrics(), HasSubstr("croquis_portal_backend_failures_total 1"));
}

TEST(Portal, Answers502WhereTheBackendsNameIsUnknown) {
    Portal portal("http://no-such-host.invalid:8000");
    EXPECT_EQ(portal.get("/api/x").status, 502);
}

TEST(Portal, Answers504WhereTheBackendIsSlow) {
    Gate gate;
    http::Router router;
    router.add(Method::get, "/api/x", [&gate](Request&) -> Answered {
        co_await gate.pass();
        co_return http::no_content();
    });
    Served backend(std::move(router));
    Portal portal(url_of(backend.port()), [](PortalOptions& options) {
        options.answer_timeout = std::chrono::milliseconds(50);
    });
    const auto slow = portal.get("/api/x");
    EXPECT_EQ(slow.status, 504);
    EXPECT_EQ(text_of(slow, "code"), "backend_slow");
    gate.open();
}

/// A backend of raw bytes: each connection is one script, played on a thread of its own.
class ScriptedBackend {
  public:
    using Script = std::function<void(tcp::socket&)>;

    explicit ScriptedBackend(std::vector<Script> scripts)
        : acceptor_(io_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
          port_(acceptor_.local_endpoint().port()),
          thread_([this, scripts = std::move(scripts)] {
              for (const auto& script : scripts) {
                  tcp::socket socket(io_);
                  acceptor_.accept(socket);
                  script(socket);
              }
          }) {}
    ~ScriptedBackend() { join(); }
    ScriptedBackend(const ScriptedBackend&) = delete;
    ScriptedBackend& operator=(const ScriptedBackend&) = delete;

    void join() {
        if (thread_.joinable()) thread_.join();
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }

    static void read_request(tcp::socket& socket) {
        boost::beast::flat_buffer buffer;
        boost::beast::http::request_parser<boost::beast::http::string_body> parser;
        boost::beast::http::read(socket, buffer, parser);
    }
    static void write(tcp::socket& socket, std::string_view bytes) {
        boost::asio::write(socket, boost::asio::buffer(bytes));
    }

  private:
    boost::asio::io_context io_;
    tcp::acceptor acceptor_;
    std::uint16_t port_;
    std::thread thread_;
};

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST(PortalRetry, OpensAnotherConnectionWhereTheBackendClosedTheKeptOne) {
    ScriptedBackend backend({[](tcp::socket& socket) {
                                 ScriptedBackend::read_request(socket);
                                 ScriptedBackend::write(socket, ok);
                             },
                             [](tcp::socket& socket) {
                                 ScriptedBackend::read_request(socket);
                                 ScriptedBackend::write(socket, ok);
                             }});
    Portal portal(url_of(backend.port()));
    EXPECT_EQ(portal.get("/api/x").body, "ok");
    EXPECT_EQ(portal.ask(HttpPeer::request("GET", "/api/x")).body, "ok");
    backend.join();
}

TEST(PortalRetry, SendsAgainOnlyWhatMayBeSentTwice) {
    const auto answer_then_die = [](tcp::socket& socket) {
        ScriptedBackend::read_request(socket);
        ScriptedBackend::write(socket, ok);
        ScriptedBackend::read_request(socket);  // and closes without an answer
    };
    const auto answer_once = [](tcp::socket& socket) {
        ScriptedBackend::read_request(socket);
        ScriptedBackend::write(socket, ok);
    };
    {
        ScriptedBackend backend({answer_then_die, answer_once});
        Portal portal(url_of(backend.port()));
        EXPECT_EQ(portal.get("/api/x").status, 200);
        EXPECT_EQ(portal.get("/api/x").status, 200) << "a GET is sent again";
    }
    {
        ScriptedBackend backend({answer_then_die});
        Portal portal(url_of(backend.port()));
        EXPECT_EQ(portal.get("/api/x").status, 200);
        EXPECT_EQ(portal.ask(HttpPeer::request("POST", "/api/x", "", "once")).status, 502)
            << "a POST that was sent is never sent again";
    }
}

TEST(PortalRetry, DoesNotRetryAFreshConnection) {
    const auto die = [](tcp::socket& socket) { ScriptedBackend::read_request(socket); };
    ScriptedBackend backend({die});
    Portal portal(url_of(backend.port()));
    EXPECT_EQ(portal.get("/api/x").status, 502);
}

TEST(PortalInterim, IsNeverTheAnswer) {
    const std::string late = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate";
    for (const std::string interim :
         {"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\n",
          "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", "HTTP/1.1 199 What\r\n\r\n",
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n"}) {
        ScriptedBackend backend({[&](tcp::socket& socket) {
            ScriptedBackend::read_request(socket);
            ScriptedBackend::write(socket, interim + late);
        }});
        Portal portal(url_of(backend.port()));
        const auto answer = portal.get("/api/x");
        EXPECT_EQ(answer.status, 200) << interim;
        EXPECT_EQ(answer.body, "late");
        EXPECT_FALSE(answer.has("Link")) << "an interim answer's fields are not the answer's";
    }
}

TEST(PortalInterim, WithoutEndOrForAnotherProtocolIs502) {
    std::string endless;
    for (int i = 0; i < 100; ++i) endless += "HTTP/1.1 100 Continue\r\n\r\n";
    for (const std::string& nonsense :
         {endless, std::string("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"),
          std::string("HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n"),
          std::string("HTTP/1.1 600 High\r\nContent-Length: 0\r\n\r\n"),
          std::string("HTTP/1.1 100 Continue\r\n\r\n")}) {
        ScriptedBackend backend({[&](tcp::socket& socket) {
            ScriptedBackend::read_request(socket);
            ScriptedBackend::write(socket, nonsense);
        }});
        Portal portal(url_of(backend.port()));
        EXPECT_EQ(portal.get("/api/x").status, 502) << nonsense;
    }
}

TEST(PortalRetry, Answers502WhereTheAnswerMakesNoSense) {
    for (const std::string_view nonsense :
         {std::string_view("nonsense\r\n\r\n"),
          std::string_view("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut"),
          std::string_view("HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")}) {
        ScriptedBackend backend({[&](tcp::socket& socket) {
            ScriptedBackend::read_request(socket);
            ScriptedBackend::write(socket, nonsense);
        }});
        Portal portal(url_of(backend.port()),
                      [](PortalOptions& options) { options.max_answer_bytes = 1000; });
        EXPECT_EQ(portal.get("/api/x").status, 502) << nonsense;
    }
}

TEST(Portal, ServesFromSeveralThreads) {
    Served backend(describing_backend());
    TempFolder folder;
    Metrics metrics;
    PortalOptions options;
    options.web_root = folder.path();
    options.backend_url = url_of(backend.port());
    options.max_backend_connections = 2;
    auto router = portal_router(options, metrics);
    ASSERT_TRUE(router);
    http::ServerOptions listener;
    listener.threads = 3;
    Served portal(std::move(*router), listener);
    std::atomic<int> right{0};
    std::vector<std::thread> clients;
    for (int c = 0; c < 6; ++c)
        clients.emplace_back([&] {
            HttpPeer peer(portal.port());
            for (int i = 0; i < 30; ++i)
                if (peer.get("/api/x").status == 200) ++right;
        });
    for (auto& client : clients) client.join();
    EXPECT_EQ(right, 180);
}

TEST(Portal, RefusesABackendAddressThatItCannotUse) {
    TempFolder folder;
    Metrics metrics;
    for (const char* url : {"", "localhost:8000", "https://host:8000", "http://", "ftp://host",
                            "http://host/path", "http://host?x=1", "http://user@host"}) {
        PortalOptions options;
        options.web_root = folder.path();
        options.backend_url = url;
        const auto router = portal_router(options, metrics);
        ASSERT_FALSE(router) << url;
        EXPECT_EQ(router.error().kind, ErrorKind::invalid);
        EXPECT_EQ(router.error().field, "backend_url");
    }
    PortalOptions options;
    options.web_root = folder.path() / "missing";
    options.backend_url = "http://localhost:8000/";
    const auto router = portal_router(options, metrics);
    ASSERT_FALSE(router);
    EXPECT_EQ(router.error().kind, ErrorKind::not_found);
}

// --- answers of any length

/// Parts until it is told to end, the last of them after a gate.
class Endless final : public http::BodyStream {
  public:
    Endless(std::atomic<bool>& gone, int parts) : gone_(gone), parts_(parts) {}
    ~Endless() override { gone_ = true; }
    boost::asio::awaitable<Result<std::string>> next() override {
        if (parts_-- <= 0) co_return std::string();
        co_return std::string(100'000, 'y');
    }

  private:
    std::atomic<bool>& gone_;
    int parts_;
};

http::Router streaming_backend(std::atomic<bool>& gone, int parts) {
    http::Router router;
    router.add(Method::get, "/api/{rest*}", [&gone, parts](Request&) -> Answered {
        Response response;
        response.set("Content-Type", "application/zip");
        response.set("Content-Disposition", "attachment");
        response.stream = std::make_shared<Endless>(gone, parts);
        co_return response;
    });
    return router;
}

TEST(Portal, PassesOnWhatComesInChunksHoweverLong) {
    std::atomic<bool> gone{false};
    Served backend(streaming_backend(gone, 50));
    Portal portal(url_of(backend.port()),
                  [](PortalOptions& options) { options.max_answer_bytes = 1000; });
    const auto answer = portal.get("/api/v1/exports");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Transfer-Encoding"), "chunked");
    EXPECT_EQ(answer.header("Content-Disposition"), "attachment");
    EXPECT_EQ(answer.body, std::string(5'000'000, 'y'));
    EXPECT_TRUE(gone);
    EXPECT_EQ(portal.get("/api/v1/exports").body.size(), 5'000'000U) << "the slot came back";
}

TEST(Portal, EndsALongAnswerWithItsClient) {
    std::atomic<bool> gone{false};
    Served backend(streaming_backend(gone, 1'000'000));
    Portal portal(url_of(backend.port()));
    {
        HttpPeer peer(portal.port());
        peer.send(HttpPeer::request("GET", "/api/v1/exports"));
        std::array<char, 1000> some{};
        boost::asio::read(peer.socket(), boost::asio::buffer(some));
    }
    while (!gone) std::this_thread::yield();
}

/// A line, and another after the gate has opened.
class TwoLines final : public http::BodyStream {
  public:
    explicit TwoLines(Gate& gate) : gate_(gate) {}
    boost::asio::awaitable<Result<std::string>> next() override {
        const int line = ++line_;
        if (line == 2) co_await gate_.pass();
        co_return line == 1 ? "first\n" : line == 2 ? "second\n" : "";
    }

  private:
    Gate& gate_;
    int line_ = 0;
};

TEST(Portal, PassesOnEachPartWhenItComes) {
    Gate gate;
    http::Router router;
    router.add(Method::get, "/api/{rest*}", [&gate](Request&) -> Answered {
        Response response;
        response.set("Content-Type", "text/event-stream");
        response.stream = std::make_shared<TwoLines>(gate);
        co_return response;
    });
    Served backend(std::move(router));
    Portal portal(url_of(backend.port()));
    HttpPeer peer(portal.port());
    peer.send(HttpPeer::request("GET", "/api/v1/jobs/1/events"));
    std::string read;
    boost::asio::read_until(peer.socket(), boost::asio::dynamic_buffer(read), "first\n");
    EXPECT_THAT(read, Not(HasSubstr("second")));
    gate.open();
    boost::asio::read_until(peer.socket(), boost::asio::dynamic_buffer(read), "\n0\r\n\r\n");
    EXPECT_THAT(read, HasSubstr("second\n"));
}

}  // namespace
}  // namespace croquis::portal
