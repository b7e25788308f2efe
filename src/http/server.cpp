#include "http/server.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/bytes.h"
#include "core/this_thread.h"
#include "http/connection.h"

namespace croquis::http {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using error_code = boost::system::error_code;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

/// So many refused connections of a lane get to read why; those past it are just closed.
constexpr std::size_t max_turned_away = 256;

template <class Count>
struct CountDown {
    Count& count;
    ~CountDown() { --count; }
};

asio::awaitable<void> serve(Server::Impl& server, Lane& lane, tcp::socket socket) {
    const CountDown<std::atomic<std::size_t>> leave{server.connection_count};
    if (server.stopping) co_return;
    Connection connection(server, lane, std::move(socket));
    co_await connection.serve();
}

asio::awaitable<void> turn_away(Server::Impl& server, Lane& lane, tcp::socket socket) {
    if (lane.turned_away >= max_turned_away || server.stopping) co_return;
    ++lane.turned_away;
    const CountDown<std::size_t> leave{lane.turned_away};
    Connection connection(server, lane, std::move(socket));
    co_await connection.turn_away();
}

/// What ends a connection's coroutine other than its end: out of memory, in practice.
void report(const std::exception_ptr& thrown) {
    if (!thrown) return;
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& why) {
        spdlog::error("a connection was dropped: {}", why.what());
    }
}

}  // namespace

Server::Impl::Impl(ServerOptions given, Router given_routes, Metrics& measured)
    : options(std::move(given)),
      router(std::move(given_routes)),
      finisher(options),
      metrics(measured),
      open(metrics.gauge("croquis_http_connections", "Open connections",
                         {{"listener", options.name}})),
      in_flight(metrics.gauge("croquis_http_requests_in_flight", "Requests at work",
                              {{"listener", options.name}})),
      refused(metrics.counter("croquis_http_refused_total",
                              "Requests and connections answered 503 for lack of room",
                              {{"listener", options.name}})),
      body_budget(options.limits.max_held_body_bytes) {
    const std::string prefix = to_hex(random_bytes(5));
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options.threads); ++i) {
        lanes_.push_back(std::make_unique<Lane>());
        lanes_.back()->routes.resize(router.route_count());
        lanes_.back()->id_prefix = fmt::format("{}-{}-", prefix, i);
        tick(*lanes_.back());
    }
}

Result<void> Server::Impl::start() {
    const auto listening = listen();
    if (!listening) return listening.error();
    for (auto& lane : lanes_) asio::co_spawn(lane->io, sweep(*lane), asio::detached);
    asio::co_spawn(lanes_.front()->io, accept(), asio::detached);
    threads_ = std::make_unique<asio::thread_pool>(lanes_.size());
    const auto run = [](asio::io_context& io) {
        name_this_thread("network");
        io.run();
    };
    for (auto& lane : lanes_) asio::post(*threads_, [run, &io = lane->io] { run(io); });
    return {};
}

Result<void> Server::Impl::listen() {
    error_code failed;
    const auto address = asio::ip::make_address(options.address, failed);
    if (failed)
        return Error{ErrorKind::invalid, "Not an IP address: " + options.address + ".", "address"};
    acceptor_.emplace(lanes_.front()->io);
    const tcp::endpoint endpoint(address, options.port);
    acceptor_->open(endpoint.protocol(), failed);
    if (!failed) acceptor_->set_option(asio::socket_base::reuse_address(true), failed);
    if (!failed) acceptor_->bind(endpoint, failed);
    if (!failed) acceptor_->listen(1024, failed);
    if (failed)
        return Error{ErrorKind::unavailable,
                     fmt::format("Cannot listen on {}:{}: {}.", options.address, options.port,
                                 failed.message()),
                     "port"};
    port = acceptor_->local_endpoint().port();
    return {};
}

asio::awaitable<void> Server::Impl::accept() {
    for (std::size_t next = 0; !stopping; ++next) {
        Lane& lane = *lanes_[next % lanes_.size()];
        auto [failed, socket] = co_await acceptor_->async_accept(lane.io, as_result);
        if (failed == asio::error::operation_aborted) break;
        if (!failed) {
            welcome(std::move(socket), lane);
            continue;
        }
        // Out of file descriptors, most likely: wait for some to close rather than spin.
        spdlog::warn("{}: cannot accept a connection: {}", options.name, failed.message());
        asio::steady_timer pause(lanes_.front()->io, sweep_interval);
        co_await pause.async_wait(as_result);
    }
}

void Server::Impl::welcome(tcp::socket socket, Lane& lane) {
    if (connection_count.fetch_add(1) < options.limits.max_connections) {
        asio::co_spawn(lane.io, serve(*this, lane, std::move(socket)), report);
        return;
    }
    connection_count.fetch_sub(1);
    refused.Increment();
    asio::co_spawn(lane.io, turn_away(*this, lane, std::move(socket)), report);
}

void Server::Impl::tick(Lane& lane) const {
    lane.now = Clock::now();
    lane.date =
        fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::chrono::system_clock::now()));
}

void Server::Impl::expire(Lane& lane) {
    for (auto* connection : lane.connections) {
        connection->end_if_late(lane.now);
        if (stopping) connection->end_if_idle();
    }
}

/// Ends when the server stops and the lane's connections are gone, or out of time.
asio::awaitable<void> Server::Impl::sweep(Lane& lane) {
    while (true) {
        tick(lane);
        expire(lane);
        open.Set(static_cast<double>(connection_count.load()));
        in_flight.Set(static_cast<double>(request_count.load()));
        if (stopping && lane.connections.empty()) break;
        if (stopping && lane.now.time_since_epoch().count() > stop_by_) lane.io.stop();
        lane.sweep.expires_after(stopping ? sweep_interval_at_end : sweep_interval);
        co_await lane.sweep.async_wait(as_result);
    }
}

Lane::RouteMetrics& Server::Impl::metrics_of(Lane& lane, const Router::Match& match, Method method,
                                             int status) {
    const auto status_class = static_cast<std::size_t>(status / 100) % Lane::classes;
    auto& found = lane.routes[match.route_index]
                             [static_cast<std::size_t>(method) * Lane::classes + status_class];
    if (found.requests != nullptr) return found;
    const std::string route(match.route);
    const std::string name(to_string(method));
    found.requests = &metrics.counter("croquis_http_requests_total", "Requests answered",
                                      {{"listener", options.name},
                                       {"route", route},
                                       {"method", name},
                                       {"status", fmt::format("{}xx", status_class)}});
    found.seconds = &metrics.seconds(
        "croquis_http_request_seconds", "Time from a request's last byte to its answer",
        {{"listener", options.name}, {"route", route}, {"method", name}});
    return found;
}

void Server::Impl::stop() {
    if (!threads_ || stopping) return;
    stop_by_ = (Clock::now() + options.limits.write_timeout).time_since_epoch().count();
    stopping = true;
    asio::post(lanes_.front()->io, [this] {
        error_code ignored;
        acceptor_->close(ignored);
    });
    for (auto& lane : lanes_) asio::post(lane->io, [&lane] { lane->sweep.cancel(); });
    threads_->join();
}

Server::Server(ServerOptions options, Router router, Metrics& metrics)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(router), metrics)) {}
Server::~Server() {
    impl_->stop();
}

Result<void> Server::start() {
    return impl_->start();
}
void Server::stop() {
    impl_->stop();
}
std::uint16_t Server::port() const {
    return impl_->port;
}

}  // namespace croquis::http
