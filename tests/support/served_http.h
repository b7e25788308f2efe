#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <thread>

#include "core/metrics.h"
#include "http/server.h"
#include "support/http_peer.h"

namespace croquis::testing_support {

/// Holds handlers until the test lets them go.
class Gate {
  public:
    boost::asio::awaitable<void> pass() {
        ++waiting_;
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
        while (!open_) {
            timer.expires_after(std::chrono::milliseconds(2));
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
        --waiting_;
    }
    void open() { open_ = true; }
    void wait_for(int handlers) const {
        while (waiting_ < handlers) std::this_thread::yield();
    }

  private:
    std::atomic<bool> open_{false};
    std::atomic<int> waiting_{0};
};

/// A server on a free port, with what tests ask for most.
class Served {
  public:
    explicit Served(http::Router router, http::ServerOptions options = {})
        : server_(std::move(options), std::move(router), metrics_) {
        const auto started = server_.start();
        EXPECT_TRUE(started) << (started ? "" : started.error().detail);
    }

    [[nodiscard]] std::uint16_t port() const { return server_.port(); }
    http::Server& server() { return server_; }
    [[nodiscard]] std::string metrics() const { return metrics_.text(); }

  private:
    Metrics metrics_;
    http::Server server_;
};

/// Answers with the request's body, or its path where it has none.
inline boost::asio::awaitable<http::Response> echo(http::Request& request) {
    http::Response response;
    response.set("Content-Type", "text/plain");
    response.body = request.body.empty() ? request.target : request.body;
    co_return response;
}

inline http::Router echo_router() {
    http::Router router;
    for (const auto method :
         {http::Method::get, http::Method::post, http::Method::put, http::Method::delete_})
        router.add(method, "/echo", echo);
    return router;
}

}  // namespace croquis::testing_support
