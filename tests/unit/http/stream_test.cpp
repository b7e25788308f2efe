#include <gtest/gtest.h>

#include <boost/asio/read_until.hpp>

#include "support/served_http.h"

namespace croquis::http {
namespace {

using testing_support::HttpPeer;
using testing_support::Served;
using Answered = boost::asio::awaitable<Response>;

struct Made {
    std::atomic<int> parts{0};
    std::atomic<bool> gone{false};
};

/// So many parts of a size, then the end or an error.
class Parts final : public BodyStream {
  public:
    Parts(std::shared_ptr<Made> made, int count, std::size_t bytes, bool fails = false)
        : made_(std::move(made)), count_(count), bytes_(bytes), fails_(fails) {}
    ~Parts() override { made_->gone = true; }

    boost::asio::awaitable<Result<std::string>> next() override {
        if (made_->parts < count_) {
            ++made_->parts;
            co_return std::string(bytes_, 'x');
        }
        if (fails_) co_return Error{ErrorKind::unavailable, "The disk is gone."};
        co_return std::string();
    }

  private:
    std::shared_ptr<Made> made_;
    int count_;
    std::size_t bytes_;
    bool fails_;
};

class StreamTest : public testing::Test {
  protected:
    Router parts(int count, std::size_t bytes, bool fails = false) {
        Router router;
        const auto handler = [=, this](Request&) -> Answered {
            Response response;
            response.set("Content-Type", "application/zip");
            response.stream = std::make_shared<Parts>(made, count, bytes, fails);
            co_return response;
        };
        router.add(Method::get, "/", handler);
        router.add(Method::head, "/", handler);
        return router;
    }

    std::shared_ptr<Made> made = std::make_shared<Made>();
};

TEST_F(StreamTest, ComesInChunksAndTheConnectionGoesOn) {
    Served served(parts(5, 1000));
    HttpPeer peer(served.port());
    const auto answer = peer.get("/");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Transfer-Encoding"), "chunked");
    EXPECT_FALSE(answer.has("Content-Length"));
    EXPECT_EQ(answer.body, std::string(5000, 'x'));
    made->parts = 0;
    EXPECT_EQ(peer.get("/").body.size(), 5000U);
    EXPECT_TRUE(made->gone);
}

TEST_F(StreamTest, EndsWithTheConnectionForHttp10) {
    Served served(parts(3, 10));
    HttpPeer peer(served.port());
    const auto answer = peer.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(answer.body, std::string(30, 'x'));
    EXPECT_FALSE(answer.has("Transfer-Encoding"));
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(StreamTest, IsCutShortWhereItFails) {
    Served served(parts(3, 10, true));
    HttpPeer peer(served.port());
    EXPECT_EQ(peer.get("/").status, 0) << "the last chunk must be missing";
}

TEST_F(StreamTest, MakesNoMoreThanTheClientTakes) {
    constexpr int all = 1'000'000;
    Served served(parts(all, 65536));
    {
        HttpPeer peer(served.port());
        peer.send(HttpPeer::request("GET", "/"));
        std::string some;
        boost::asio::read_until(peer.socket(), boost::asio::dynamic_buffer(some), "xxxx");
        // What the sockets hold is some megabytes at most: the server does not run ahead of it.
        for (int before = -1; before != made->parts;) {
            before = made->parts;
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
        }
        EXPECT_LT(made->parts, 1000);
        EXPECT_FALSE(made->gone);
    }
    while (!made->gone) std::this_thread::yield();  // the client has gone, and so has the work
    EXPECT_LT(made->parts, all);
}

TEST_F(StreamTest, EndsForAClientThatTakesNothing) {
    ServerOptions options;
    options.limits.write_timeout = std::chrono::seconds(1);
    Served served(parts(1'000'000, 65536), options);
    HttpPeer peer(served.port());
    peer.send(HttpPeer::request("GET", "/"));
    while (!made->gone) std::this_thread::yield();
}

/// Says something now and then, for ever.
class Murmur final : public BodyStream {
  public:
    boost::asio::awaitable<Result<std::string>> next() override {
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                        std::chrono::milliseconds(5));
        co_await timer.async_wait(boost::asio::use_awaitable);
        co_return std::string(".");
    }
    [[nodiscard]] bool may_end() const override { return true; }
};

TEST_F(StreamTest, EndsWithTheServerWhereItMay) {
    Router router;
    router.add(Method::get, "/", [](Request&) -> Answered {
        Response response;
        response.stream = std::make_shared<Murmur>();
        co_return response;
    });
    Served served(std::move(router));
    HttpPeer peer(served.port());
    peer.send(HttpPeer::request("GET", "/"));
    std::string some;
    boost::asio::read_until(peer.socket(), boost::asio::dynamic_buffer(some), "\r\n\r\n");
    served.server().begin_stop();
    boost::asio::read_until(peer.socket(), boost::asio::dynamic_buffer(some), "\n0\r\n\r\n");
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(StreamTest, HeadMakesNothing) {
    Served served(parts(5, 10));
    HttpPeer peer(served.port());
    peer.send(HttpPeer::request("HEAD", "/"));
    EXPECT_EQ(peer.read(true).status, 200);
    EXPECT_EQ(made->parts, 0);
    EXPECT_EQ(peer.get("/").body.size(), 50U);
}

}  // namespace
}  // namespace croquis::http
