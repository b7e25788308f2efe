// Who a client is, and how much of a server one of them may hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/client_address.h"
#include "support/served_http.h"

namespace croquis::http {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_support::echo_router;
using testing_support::HttpPeer;
using testing_support::Served;
using Answered = boost::asio::awaitable<Response>;

std::string read(std::string_view text) {
    const auto address = read_client_address(text);
    return address ? address->to_string() : "none";
}

TEST(ClientAddress, IsReadInEveryFormThatProxiesWrite) {
    EXPECT_EQ(read("192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(read("192.0.2.1:4711"), "192.0.2.1");
    EXPECT_EQ(read("2001:db8::1"), "2001:db8::1");
    EXPECT_EQ(read("2001:DB8:0::0001"), "2001:db8::1");
    EXPECT_EQ(read("[2001:db8::1]"), "2001:db8::1");
    EXPECT_EQ(read("[2001:db8::1]:4711"), "2001:db8::1");
    EXPECT_EQ(read("::ffff:192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(read("[::ffff:192.0.2.1]:80"), "192.0.2.1");
    EXPECT_EQ(read("fe80::1%eth0"), read("fe80::1"));
}

TEST(ClientAddress, IsNothingElse) {
    for (const char* text : {"", "unknown", "_hidden", "localhost", "192.0.2.1:", "192.0.2.1:http",
                             "192.0.2.1:123456", "192.0.2", "192.0.2.256", "[192.0.2.1]:80",
                             "[2001:db8::1", "[2001:db8::1]80", "[2001:db8::1]:", "2001:db8::1]:80",
                             "\"192.0.2.1\"", "192.0.2.1 ", "a.b.c.d", "1", "::g"})
        EXPECT_EQ(read(text), "none") << text;
    EXPECT_EQ(read(std::string(100000, '1')), "none");
}

std::uint64_t key(const char* address) {
    return connection_key(boost::asio::ip::make_address(address));
}

TEST(ClientAddress, CountsAnIpv6NetworkAsOne) {
    EXPECT_EQ(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
    EXPECT_NE(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
    EXPECT_NE(key("192.0.2.1"), key("192.0.2.2"));
    EXPECT_EQ(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    EXPECT_NE(key("::1"), key("0.0.0.1"));
}

http::Router who_router() {
    http::Router router;
    router.add(Method::get, "/who", [](Request& request) -> Answered {
        Response response;
        response.body = request.client + " " + request.scheme;
        for (const auto& [name, value] : request.headers) response.body += "\n" + name;
        co_return response;
    });
    return router;
}

std::string who(std::uint16_t port, const std::string& headers) {
    const auto body = HttpPeer(port).get("/who", headers).body;
    return body.substr(0, body.find(' '));
}

TEST(Client, IsWhomATrustedProxyNamesAndNeverWhatIsNoAddress) {
    ServerOptions options;
    options.trusted_proxies = {"::ffff:127.0.0.1", "10.0.0.1"};
    Served served(who_router(), options);
    const auto named = [&](const std::string& list) {
        return who(served.port(), "X-Forwarded-For: " + list + "\r\n");
    };
    EXPECT_EQ(named("192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(named("192.0.2.1:1"), named("192.0.2.1:2")) << "a port is no client of its own";
    EXPECT_EQ(named("[2001:db8::1]:99"), "2001:db8::1");
    EXPECT_EQ(named("192.0.2.9, 192.0.2.1, 10.0.0.1:80"), "192.0.2.1");
    EXPECT_EQ(named("192.0.2.9, unknown, 10.0.0.1"), "10.0.0.1")
        << "the last one that is vouched for";
    EXPECT_EQ(named("anything at all"), "127.0.0.1");
    EXPECT_EQ(named("10.0.0.1, 10.0.0.1"), "10.0.0.1");
    EXPECT_EQ(named(" , "), "127.0.0.1");
}

TEST(Client, IsThePeerWhereNobodyIsTrusted) {
    Served served(who_router());
    EXPECT_EQ(who(served.port(), "X-Forwarded-For: 192.0.2.1\r\n"), "127.0.0.1");
    EXPECT_EQ(who(served.port(), "X-Croquis-Portal: \r\nX-Forwarded-For: 192.0.2.1\r\n"),
              "127.0.0.1")
        << "no secret is not a secret of no bytes";
}

TEST(Client, IsWhomThePortalOfTheSameProcessNames) {
    ServerOptions options;
    options.portal_secret = "a secret of this process";
    Served served(who_router(), options);
    const std::string from = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n";
    EXPECT_EQ(who(served.port(), from), "127.0.0.1") << "an address of this machine proves nothing";
    EXPECT_EQ(who(served.port(), from + "X-Croquis-Portal: a secret of that process\r\n"),
              "127.0.0.1");
    const auto body = HttpPeer(served.port())
                          .get("/who", from + "X-Croquis-Portal: a secret of this process\r\n")
                          .body;
    EXPECT_THAT(body, testing::StartsWith("192.0.2.1 https"));
    EXPECT_THAT(body, Not(HasSubstr("x-croquis-portal"))) << "no handler gets to see it";
}

TEST(Client, WithAProxyThatIsNoAddressIsNotServed) {
    ServerOptions options;
    options.trusted_proxies = {"proxy.example"};
    Metrics metrics;
    Server server(options, who_router(), metrics);
    const auto started = server.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().field, "trusted_proxies");
}

/// A peer at another address of this machine.
class PeerFrom {
  public:
    PeerFrom(const char* address, std::uint16_t port) : socket_(io_) {
        socket_.open(boost::asio::ip::tcp::v4());
        socket_.bind({boost::asio::ip::make_address(address), 0});
        socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    }
    std::string get() {
        boost::system::error_code failed;
        boost::asio::write(socket_, boost::asio::buffer(HttpPeer::request("GET", "/echo")), failed);
        std::string line(12, ' ');
        boost::asio::read(socket_, boost::asio::buffer(line), failed);
        return failed ? "closed" : line.substr(9);
    }

  private:
    boost::asio::io_context io_;
    boost::asio::ip::tcp::socket socket_;
};

TEST(Client, HoldsItsShareOfTheConnectionsAndNoMore) {
    ServerOptions options;
    options.limits.max_connections = 8;
    options.limits.max_connections_per_client = 3;
    Served served(echo_router(), options);
    std::vector<std::unique_ptr<PeerFrom>> greedy;
    for (int i = 0; i < 3; ++i) {
        greedy.push_back(std::make_unique<PeerFrom>("127.0.0.2", served.port()));
        ASSERT_EQ(greedy.back()->get(), "200");
    }
    EXPECT_EQ(PeerFrom("127.0.0.2", served.port()).get(), "503");
    EXPECT_EQ(PeerFrom("127.0.0.3", served.port()).get(), "200") << "others have their places";
    greedy.pop_back();
    std::string status = "503";
    while (status == "503") status = PeerFrom("127.0.0.2", served.port()).get();
    EXPECT_EQ(status, "200") << "a place that is given back can be taken";
}

TEST(Client, ThatIsATrustedProxyMayHoldThemAll) {
    ServerOptions options;
    options.limits.max_connections_per_client = 2;
    options.trusted_proxies = {"127.0.0.2"};
    Served served(echo_router(), options);
    std::vector<std::unique_ptr<PeerFrom>> many;
    for (int i = 0; i < 6; ++i) {
        many.push_back(std::make_unique<PeerFrom>("127.0.0.2", served.port()));
        EXPECT_EQ(many.back()->get(), "200");
    }
}

TEST(Client, ThatHangsUpIsNoticedWhileItsRequestIsAtWork) {
    std::atomic<bool> noticed{false};
    std::atomic<bool> called{false};
    http::Router router;
    router.add(Method::get, "/work", [&](Request& request) -> Answered {
        request.hang_up->then([&] { called = true; });
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
        while (!request.hang_up->happened()) {
            timer.expires_after(std::chrono::milliseconds(2));
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
        noticed = true;
        co_return no_content();
    });
    Served served(std::move(router));
    { HttpPeer(served.port()).send(HttpPeer::request("GET", "/work")); }
    while (!noticed) std::this_thread::yield();
    EXPECT_TRUE(called);
}

constexpr std::size_t large_answer = 8 * 1024 * 1024;

/// With room for one large answer: "/text", "/picture" made for the request, and "/file" that all
/// requests share.
std::unique_ptr<Served> serve_large_answers() {
    http::Router router = echo_router();
    router.add(Method::get, "/text", [](Request&) -> Answered {
        Response response;
        response.body = std::string(large_answer, 'x');
        co_return response;
    });
    router.add(Method::get, "/picture", [](Request&) -> Answered {
        Response response;
        response.shared_body = std::make_shared<const Bytes>(large_answer);
        co_return response;
    });
    const auto file = std::make_shared<const Bytes>(large_answer);
    router.add(Method::get, "/file", [file](Request&) -> Answered {
        Response response;
        response.shared_body = file;
        co_return response;
    });
    ServerOptions options;
    options.limits.max_held_answer_bytes = large_answer;
    return std::make_unique<Served>(std::move(router), options);
}

/// Asks and reads no further than the answer's first byte.
std::unique_ptr<HttpPeer> slow_reader(const Served& served, const std::string& target) {
    auto slow = std::make_unique<HttpPeer>(served.port());
    slow->send(HttpPeer::request("GET", target));
    char first = 0;
    boost::asio::read(slow->socket(), boost::asio::buffer(&first, 1));
    return slow;
}

TEST(Answers, AreHeldForSlowReadersUpToABudget) {
    const auto served = serve_large_answers();
    for (const auto* target : {"/text", "/picture"}) {
        auto slow = slow_reader(*served, target);
        const auto refused = HttpPeer(served->port()).get(target);
        EXPECT_EQ(refused.status, 503);
        EXPECT_EQ(refused.header("Retry-After"), "1");
        EXPECT_EQ(HttpPeer(served->port()).get("/echo").status, 200) << "small ones do not count";
        slow.reset();
        int status = 503;
        while (status == 503) status = HttpPeer(served->port()).get(target).status;
        EXPECT_EQ(status, 200);
    }
}

TEST(Answers, ThatAreSharedAreNotCounted) {
    const auto served = serve_large_answers();
    const auto slow = slow_reader(*served, "/file");
    const auto other = slow_reader(*served, "/text");
    EXPECT_EQ(HttpPeer(served->port()).get("/file").status, 200);
}

TEST(BasePath, IsTakenOffWhereTheProxyLeavesIt) {
    ServerOptions options;
    options.base_path = "/croquis";
    Served served(echo_router(), options);
    EXPECT_EQ(HttpPeer(served.port()).get("/croquis/echo?a=b").body, "/echo?a=b");
    EXPECT_EQ(HttpPeer(served.port()).get("/echo").status, 200) << "the proxy has taken it off";
    EXPECT_EQ(HttpPeer(served.port()).get("http://test/croquis/echo").status, 200);
    EXPECT_EQ(HttpPeer(served.port()).get("/croquisecho").status, 404);
    EXPECT_EQ(HttpPeer(served.port()).get("/croquis/croquis/echo").status, 404);
}

}  // namespace
}  // namespace croquis::http
