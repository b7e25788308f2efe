// Slow senders, slow readers and too many of either. The limits are as short as they go; only what
// happens is asserted, never when.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <vector>

#include "support/served_http.h"

namespace croquis::http {
namespace {

using testing_support::echo_router;
using testing_support::Gate;
using testing_support::HttpPeer;
using testing_support::Served;
using Answered = boost::asio::awaitable<Response>;

ServerOptions impatient() {
    ServerOptions options;
    options.limits.header_timeout = std::chrono::seconds(1);
    options.limits.body_timeout = std::chrono::seconds(1);
    options.limits.write_timeout = std::chrono::seconds(1);
    options.limits.idle_timeout = std::chrono::seconds(1);
    options.limits.stop_timeout = std::chrono::seconds(1);
    return options;
}

TEST(Slow, AnIdleConnectionIsClosedWithoutAWord) {
    Served served(echo_router(), impatient());
    HttpPeer fresh(served.port());
    HttpPeer used(served.port());
    EXPECT_EQ(used.get("/echo").status, 200);
    EXPECT_TRUE(fresh.is_closed());
    EXPECT_TRUE(used.is_closed());
}

TEST(Slow, AHeaderThatDribblesInIsEndedWith408) {
    Served served(echo_router(), impatient());
    HttpPeer peer(served.port());
    peer.send("GET /echo HTTP/1.1\r\nHost: test\r\n");
    // A field now and then must not buy more time: the limit is on the whole header.
    std::atomic<bool> over{false};
    std::thread dribble([&] {
        while (!over) {
            peer.send("X: y\r\n");
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    });
    const auto answer = peer.read();
    over = true;
    dribble.join();
    EXPECT_EQ(answer.status, 408);
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    EXPECT_TRUE(peer.is_closed());
}

TEST(Slow, ABodyThatStopsIsEndedWith408) {
    Served served(echo_router(), impatient());
    for (const char* framing :
         {"Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
          "Content-Length: 10\r\n\r\n"}) {
        HttpPeer peer(served.port());
        peer.send(std::string("POST /echo HTTP/1.1\r\nHost: test\r\n") + framing);
        EXPECT_EQ(peer.read().status, 408) << framing;
        EXPECT_TRUE(peer.is_closed());
    }
}

TEST(Slow, SendersDoNotKeepOthersOut) {
    Served served(echo_router(), impatient());
    std::vector<std::unique_ptr<HttpPeer>> slow;
    for (int i = 0; i < 100; ++i) {
        slow.push_back(std::make_unique<HttpPeer>(served.port()));
        slow.back()->send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\nab");
    }
    HttpPeer peer(served.port());
    for (int i = 0; i < 20; ++i) EXPECT_EQ(peer.get("/echo").status, 200);
    for (auto& one : slow) EXPECT_EQ(one->read().status, 408);
}

TEST(Slow, AReaderThatDoesNotReadIsLetGo) {
    constexpr std::size_t size = 64 * 1024 * 1024;
    Router router = echo_router();
    router.add(Method::get, "/large", [](Request&) -> Answered {
        Response response;
        response.body = std::string(size, 'x');
        co_return response;
    });
    ServerOptions options = impatient();
    options.limits.max_connections = 1;
    Served served(std::move(router), options);
    HttpPeer peer(served.port());
    peer.send(HttpPeer::request("GET", "/large"));
    char first = 0;
    boost::asio::read(peer.socket(), boost::asio::buffer(&first, 1));
    // There is room for another only once the server has given the first one up.
    int status = 503;
    while (status != 200) status = HttpPeer(served.port()).get("/echo").status;
    std::size_t got = 1;
    std::vector<char> some(1024 * 1024);
    boost::system::error_code failed;
    while (!failed) got += peer.socket().read_some(boost::asio::buffer(some), failed);
    EXPECT_LT(got, size) << "the answer is cut short, not whole";
}

TEST(Slow, ALargeAnswerToASlowButSteadyReaderArrivesWhole) {
    constexpr std::size_t size = 8 * 1024 * 1024;
    Router router;
    router.add(Method::get, "/large", [](Request&) -> Answered {
        Response response;
        response.body = std::string(size, 'x');
        co_return response;
    });
    Served served(std::move(router));
    HttpPeer peer(served.port());
    peer.send(HttpPeer::request("GET", "/large", "Connection: close\r\n"));
    std::size_t got = 0;
    std::vector<char> some(256 * 1024);
    boost::system::error_code failed;
    while (!failed) {
        got += peer.socket().read_some(boost::asio::buffer(some), failed);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_GT(got, size);
    EXPECT_LT(got, size + 1024);
}

TEST(Overload, IsAnsweredWith503AndRetryAfterAndEndsByItself) {
    ServerOptions options;
    options.threads = 2;
    options.limits.max_requests_in_flight = 8;
    Gate gate;
    Router router;
    router.add(Method::get, "/work", [&gate](Request&) -> Answered {
        co_await gate.pass();
        co_return no_content();
    });
    Served served(std::move(router), options);
    std::vector<std::unique_ptr<HttpPeer>> working;
    for (int i = 0; i < 8; ++i) {
        working.push_back(std::make_unique<HttpPeer>(served.port()));
        working.back()->send(HttpPeer::request("GET", "/work"));
    }
    gate.wait_for(8);
    std::atomic<int> refused{0};
    std::vector<std::thread> crowd;
    for (int c = 0; c < 8; ++c)
        crowd.emplace_back([&] {
            HttpPeer peer(served.port());
            for (int i = 0; i < 50; ++i) {
                const auto answer = peer.get("/work");
                if (answer.status == 503 && answer.header("Retry-After") == "1") ++refused;
            }
        });
    for (auto& one : crowd) one.join();
    EXPECT_EQ(refused, 400);
    gate.open();
    for (auto& one : working) EXPECT_EQ(one->read().status, 204);
    HttpPeer later(served.port());
    for (int i = 0; i < 20; ++i) EXPECT_EQ(later.get("/work").status, 204);
}

TEST(Overload, ACrowdOfConnectionsIsTurnedAwayAndTheLastOnesAreServedAgain) {
    ServerOptions options;
    options.limits.max_connections = 4;
    Served served(echo_router(), options);
    {
        std::vector<std::unique_ptr<HttpPeer>> held;
        for (int i = 0; i < 4; ++i) {
            held.push_back(std::make_unique<HttpPeer>(served.port()));
            ASSERT_EQ(held.back()->get("/echo").status, 200);
        }
        std::vector<std::unique_ptr<HttpPeer>> crowd;
        for (int i = 0; i < 300; ++i) crowd.push_back(std::make_unique<HttpPeer>(served.port()));
        int refused = 0;
        int dropped = 0;
        for (auto& one : crowd) {
            const int status = one->get("/echo").status;
            EXPECT_TRUE(status == 503 || status == 0) << status;
            ++(status == 503 ? refused : dropped);
        }
        EXPECT_GT(refused, 0);
        EXPECT_EQ(held.front()->get("/echo").status, 200);
    }
    int status = 503;
    while (status != 200) status = HttpPeer(served.port()).get("/echo").status;
}

/// Lowers the limit on open files to what is open now, plus some.
class FewFiles {
  public:
    explicit FewFiles(rlim_t count) {
        getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit few{count, before_.rlim_max};
        setrlimit(RLIMIT_NOFILE, &few);
    }
    ~FewFiles() { setrlimit(RLIMIT_NOFILE, &before_); }
    FewFiles(const FewFiles&) = delete;
    FewFiles& operator=(const FewFiles&) = delete;

  private:
    rlimit before_{};
};

TEST(Overload, AnswersWithoutFileDescriptorsAndServesAgainWithThem) {
    Served served(echo_router());
    HttpPeer served_before(served.port());
    EXPECT_EQ(served_before.get("/echo").status, 200);
    HttpPeer waiting(served.port());
    EXPECT_EQ(waiting.get("/echo").status, 200);
    boost::asio::io_context io;
    // UBSan needs descriptors of its own to look at an object for the first time, so the server
    // must not format a message while there are none.
    spdlog::warn("running out of file descriptors on purpose");
    const auto level = spdlog::get_level();
    spdlog::set_level(spdlog::level::off);
    // Made while there are descriptors left, connected when the server has none.
    boost::asio::ip::tcp::socket late(io, boost::asio::ip::tcp::v4());
    std::string told;
    {
        const FewFiles few(static_cast<rlim_t>(late.native_handle()) + 1);
        late.connect({boost::asio::ip::address_v4::loopback(), served.port()});
        boost::asio::write(late, boost::asio::buffer(HttpPeer::request("GET", "/echo")));
        EXPECT_EQ(waiting.get("/echo").status, 200) << "open connections go on";
        boost::system::error_code ended;
        boost::asio::read(late, boost::asio::dynamic_buffer(told), ended);
    }
    spdlog::set_level(level);
    EXPECT_THAT(told, testing::StartsWith("HTTP/1.1 503")) << "at once, not left to wait";
    EXPECT_THAT(told, testing::HasSubstr("Retry-After: 1\r\n"));
    EXPECT_THAT(told, testing::HasSubstr("/problems/unavailable"));
    // The server may still be about to open its spare descriptor again.
    while (HttpPeer(served.port()).get("/echo").status != 200) std::this_thread::yield();
}

TEST(Stopping, EndsThoughAReaderDoesNotRead) {
    Router router;
    router.add(Method::get, "/large", [](Request&) -> Answered {
        Response response;
        response.body = std::string(64 * 1024 * 1024, 'x');
        co_return response;
    });
    Served served(std::move(router), impatient());
    HttpPeer peer(served.port());
    peer.send(HttpPeer::request("GET", "/large"));
    char first = 0;
    boost::asio::read(peer.socket(), boost::asio::buffer(&first, 1));
    served.server().stop();
    SUCCEED() << "stop() came back";
}

TEST(Stopping, EndsThoughASenderIsStuckInItsBody) {
    // All the patience in the world for a body, and little for stopping.
    ServerOptions options;
    options.limits.body_timeout = std::chrono::hours(1);
    options.limits.header_timeout = std::chrono::hours(1);
    options.limits.write_timeout = std::chrono::hours(1);
    options.limits.stop_timeout = std::chrono::seconds(1);
    Served served(echo_router(), options);
    HttpPeer in_body(served.port());
    HttpPeer in_header(served.port());
    HttpPeer done(served.port());
    ASSERT_EQ(done.get("/echo").status, 200);
    in_header.send("GET /echo HTTP/1.1\r\n");
    in_body.send(
        "POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
    std::array<char, 25> go_on{};
    boost::asio::read(in_body.socket(), boost::asio::buffer(go_on));
    served.server().stop();
    const auto told = in_body.read();
    EXPECT_EQ(told.status, 503);
    EXPECT_EQ(told.header("Connection"), "close");
    EXPECT_TRUE(done.is_closed());
}

TEST(Stopping, TakesABodyThatComesInTime) {
    ServerOptions options;
    options.limits.stop_timeout = std::chrono::hours(1);
    Served served(echo_router(), options);
    HttpPeer peer(served.port());
    peer.send(
        "POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    std::array<char, 25> go_on{};
    boost::asio::read(peer.socket(), boost::asio::buffer(go_on));
    served.server().begin_stop();
    peer.send("last");
    EXPECT_EQ(peer.read().body, "last");
    served.server().stop();
    EXPECT_TRUE(peer.is_closed());
}

TEST(Stopping, EndsThoughAHandlerNeverDoes) {
    Gate never;
    Router router;
    router.add(Method::get, "/", [&never](Request&) -> Answered {
        co_await never.pass();
        co_return no_content();
    });
    Served served(std::move(router), impatient());
    HttpPeer peer(served.port());
    peer.send(HttpPeer::request("GET", "/"));
    never.wait_for(1);
    served.server().stop();
    SUCCEED() << "stop() came back";
}

}  // namespace
}  // namespace croquis::http
