#include "http/server.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "core/bytes.h"
#include "http/finish.h"
#include "http/target.h"

namespace croquis::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Parser = beast::http::request_parser<beast::http::string_body>;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

constexpr auto sweep_interval = std::chrono::milliseconds(200);
/// What is read and thrown away of a body that was refused, so that the client gets to see the
/// answer instead of a reset connection.
constexpr std::size_t max_drained_bytes = 16 * 1024 * 1024;

std::optional<Method> method_of(beast::http::verb verb) {
    switch (verb) {
        case beast::http::verb::get:
            return Method::get;
        case beast::http::verb::head:
            return Method::head;
        case beast::http::verb::post:
            return Method::post;
        case beast::http::verb::put:
            return Method::put;
        case beast::http::verb::patch:
            return Method::patch;
        case beast::http::verb::delete_:
            return Method::delete_;
        case beast::http::verb::options:
            return Method::options;
        default:
            return std::nullopt;
    }
}

/// The answer to a request that could not be read.
Response unreadable(const beast::error_code& failed) {
    if (failed == beast::http::error::body_limit)
        return problem(
            {ErrorKind::too_large, "The request's body is larger than this server takes."});
    if (failed == beast::http::error::header_limit)
        return problem_with_status(
            431, {ErrorKind::too_large, "The request's header is larger than this server takes."});
    return problem({ErrorKind::malformed, "The request is not valid HTTP/1.1."});
}

bool is_protocol_error(const beast::error_code& failed) {
    static const auto& category = beast::error_code(beast::http::error::bad_method).category();
    return failed.category() == category && failed != beast::http::error::end_of_stream &&
           failed != beast::http::error::partial_message;
}

bool sane_request_id(std::string_view id) {
    return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
    });
}

class Connection;

/// What one network thread owns. Everything in it runs on that thread.
struct Lane {
    asio::io_context io{1};
    std::unordered_set<Connection*> connections;
    std::string date;
    struct Route {
        prometheus::Counter* requests = nullptr;
        prometheus::Histogram* seconds = nullptr;
    };
    std::unordered_map<std::string, Route> routes;
};

}  // namespace

class Server::Impl {
  public:
    Impl(ServerOptions given, Router routes, Metrics& measured)
        : options(std::move(given)),
          router(std::move(routes)),
          metrics(measured),
          open(metrics.gauge("croquis_http_connections", "Open connections",
                             {{"listener", options.name}})),
          in_flight(metrics.gauge("croquis_http_requests_in_flight", "Requests at work",
                                  {{"listener", options.name}})),
          refused(metrics.counter("croquis_http_refused_total",
                                  "Requests answered 503 for lack of room",
                                  {{"listener", options.name}})),
          id_prefix(to_hex(random_bytes(6))) {
        for (std::size_t i = 0; i < std::max<std::size_t>(1, options.threads); ++i)
            lanes.push_back(std::make_unique<Lane>());
    }

    Result<void> start();
    void stop();
    asio::awaitable<void> accept();
    asio::awaitable<void> sweep(Lane& lane);
    Lane::Route& route_metrics(Lane& lane, const std::string& route, Method method, int status);
    std::string next_request_id() {
        return fmt::format("{}-{:x}", id_prefix, next_id.fetch_add(1));
    }

    ServerOptions options;
    Router router;
    Metrics& metrics;
    prometheus::Gauge& open;
    prometheus::Gauge& in_flight;
    prometheus::Counter& refused;
    std::string id_prefix;
    std::atomic<std::uint64_t> next_id{1};
    std::atomic<std::size_t> connection_count{0};
    std::atomic<std::size_t> request_count{0};
    std::atomic<bool> stopping{false};
    std::vector<std::unique_ptr<Lane>> lanes;
    std::optional<tcp::acceptor> acceptor;
    std::unique_ptr<asio::thread_pool> threads;
    std::uint16_t port = 0;
};

namespace {

/// One client's connection: reads a request, answers it, and again while it is kept alive. The
/// lane's sweep closes it when the deadline of the phase it is in has passed, which is cheaper than
/// a timer each.
class Connection {
  public:
    Connection(Server::Impl& server, Lane& lane, tcp::socket socket)
        : server_(server), lane_(lane), socket_(std::move(socket)) {
        lane_.connections.insert(this);
        server_.open.Increment();
        beast::error_code ignored;
        const auto peer = socket_.remote_endpoint(ignored);
        peer_ = ignored ? std::string("unknown") : peer.address().to_string();
    }
    ~Connection() {
        lane_.connections.erase(this);
        server_.open.Decrement();
        server_.connection_count.fetch_sub(1);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    asio::awaitable<void> run();
    void close_if_late(Clock::time_point now) {
        if (now >= deadline_) close();
    }
    void close_if_idle() {
        if (idle_) close();
    }

  private:
    asio::awaitable<beast::error_code> read(Parser& parser);
    asio::awaitable<Response> answer(Request& request);
    asio::awaitable<Response> route(Request& request);
    asio::awaitable<bool> write(const Request& request, const Response& response, bool keep_alive);
    asio::awaitable<void> refuse(const Response& response);
    asio::awaitable<void> drain();
    Result<Request> request_from(Parser& parser);
    std::string client_of(const Request& request) const;
    void expire_in(Clock::duration time) { deadline_ = Clock::now() + time; }
    void close() {
        beast::error_code ignored;
        socket_.close(ignored);
    }

    Server::Impl& server_;
    Lane& lane_;
    tcp::socket socket_;
    beast::flat_buffer buffer_;
    std::string header_;
    std::string peer_;
    Clock::time_point deadline_ = Clock::time_point::max();
    bool idle_ = false;
};

asio::awaitable<void> Connection::run() {
    for (;;) {
        Parser parser;
        parser.header_limit(static_cast<std::uint32_t>(server_.options.limits.max_header_bytes));
        parser.body_limit(server_.options.limits.max_body_bytes);
        const auto failed = co_await read(parser);
        if (failed) {
            if (is_protocol_error(failed)) co_await refuse(unreadable(failed));
            break;
        }
        const bool keep_alive = parser.get().keep_alive() && !server_.stopping.load();
        auto request = request_from(parser);
        if (!request) {
            co_await refuse(problem(request.error()));
            break;
        }
        deadline_ = Clock::time_point::max();  // a handler is bounded by the queues it waits in
        const Response response = co_await answer(*request);
        if (!co_await write(*request, response, keep_alive) || !keep_alive) break;
    }
    beast::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

asio::awaitable<beast::error_code> Connection::read(Parser& parser) {
    const auto& limits = server_.options.limits;
    if (buffer_.size() == 0) {
        idle_ = true;
        expire_in(limits.idle_timeout);
        const auto [failed, got] =
            co_await socket_.async_read_some(buffer_.prepare(16 * 1024), as_result);
        idle_ = false;
        if (failed) co_return failed;
        buffer_.commit(got);
    }
    expire_in(limits.header_timeout);
    const auto [header_failed, header_got] =
        co_await beast::http::async_read_header(socket_, buffer_, parser, as_result);
    if (header_failed) co_return header_failed;
    if (parser.is_done()) co_return beast::error_code();
    expire_in(limits.body_timeout);
    if (beast::iequals(parser.get()[beast::http::field::expect], "100-continue")) {
        static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        const auto [failed, sent] =
            co_await asio::async_write(socket_, asio::buffer(go_on), as_result);
        if (failed) co_return failed;
    }
    const auto [body_failed, body_got] =
        co_await beast::http::async_read(socket_, buffer_, parser, as_result);
    co_return body_failed;
}

Result<Request> Connection::request_from(Parser& parser) {
    auto& message = parser.get();
    const auto method = method_of(message.method());
    if (!method) return Error{ErrorKind::malformed, "The request's method is not known here."};
    Request request;
    request.method = *method;
    request.target = message.target();
    for (const auto& field : message) {
        std::string name(field.name_string());
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        request.headers.emplace_back(std::move(name), field.value());
    }
    request.body = std::move(message.body());
    if (const auto parsed = parse_target(request.target, request); !parsed) return parsed.error();
    request.client = client_of(request);
    const auto id = request.header("x-request-id");
    request.request_id = sane_request_id(id) ? std::string(id) : server_.next_request_id();
    return request;
}

/// Walks X-Forwarded-For from its end: the last address that no trusted proxy of ours has.
std::string Connection::client_of(const Request& request) const {
    const auto& trusted = server_.options.trusted_proxies;
    const auto is_trusted = [&](std::string_view address) {
        return std::find(trusted.begin(), trusted.end(), address) != trusted.end();
    };
    if (!is_trusted(peer_)) return peer_;
    std::string_view list = request.header("x-forwarded-for");
    while (!list.empty()) {
        const auto comma = list.rfind(',');
        std::string_view last = comma == std::string_view::npos ? list : list.substr(comma + 1);
        while (last.starts_with(' ')) last.remove_prefix(1);
        if (!is_trusted(last)) return std::string(last);
        list = comma == std::string_view::npos ? std::string_view() : list.substr(0, comma);
    }
    return peer_;
}

asio::awaitable<Response> Connection::answer(Request& request) {
    if (server_.request_count.fetch_add(1) >= server_.options.limits.max_requests_in_flight) {
        server_.request_count.fetch_sub(1);
        server_.refused.Increment();
        co_return problem(
            {ErrorKind::unavailable, "The server is at its limit; try again shortly.", {}, 1});
    }
    server_.in_flight.Increment();
    Response response = co_await route(request);
    server_.in_flight.Decrement();
    server_.request_count.fetch_sub(1);
    finish_response(request, server_.options, response);
    co_return response;
}

asio::awaitable<Response> Connection::route(Request& request) {
    const auto began = Clock::now();
    std::string route;
    Response response;
    try {
        response = co_await server_.router.handle(request, route);
    } catch (const std::exception& thrown) {
        spdlog::error("{} {} {}: {}", request.request_id, to_string(request.method), route,
                      thrown.what());
        response = problem({ErrorKind::internal, thrown.what()});
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
    auto& measured = server_.route_metrics(lane_, route, request.method, response.status);
    measured.requests->Increment();
    measured.seconds->Observe(seconds);
    SPDLOG_DEBUG("{} {} {} {} {:.3f} ms", request.request_id, to_string(request.method),
                 request.target, response.status, 1000 * seconds);
    co_return response;
}

asio::awaitable<bool> Connection::write(const Request& request, const Response& response,
                                        bool keep_alive) {
    write_header(request, response, lane_.date, keep_alive, header_);
    const BytesView body = request.method == Method::head ? BytesView() : body_of(response);
    expire_in(server_.options.limits.write_timeout);
    const std::array<asio::const_buffer, 2> parts{asio::buffer(header_),
                                                  asio::buffer(body.data(), body.size())};
    const auto [failed, sent] = co_await asio::async_write(socket_, parts, as_result);
    co_return !failed;
}

asio::awaitable<void> Connection::refuse(const Response& response) {
    Request nothing;
    nothing.request_id = server_.next_request_id();
    Response finished = response;
    finish_response(nothing, server_.options, finished);
    if (co_await write(nothing, finished, false)) co_await drain();
}

asio::awaitable<void> Connection::drain() {
    beast::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    expire_in(server_.options.limits.header_timeout);
    std::array<char, 16 * 1024> scratch;
    for (std::size_t drained = 0; drained < max_drained_bytes;) {
        const auto [failed, got] =
            co_await socket_.async_read_some(asio::buffer(scratch), as_result);
        if (failed) co_return;
        drained += got;
    }
}

asio::awaitable<void> serve(Server::Impl& server, Lane& lane, tcp::socket socket) {
    Connection connection(server, lane, std::move(socket));
    co_await connection.run();
}

/// The connection past the limit gets its answer too, then is closed.
asio::awaitable<void> turn_away(Server::Impl& server, tcp::socket socket) {
    Request nothing;
    nothing.request_id = server.next_request_id();
    Response response =
        problem({ErrorKind::unavailable,
                 "The server has no room for another connection; try again shortly.",
                 {},
                 1});
    finish_response(nothing, server.options, response);
    std::string header;
    write_header(nothing, response, server.lanes.front()->date, false, header);
    header += response.body;
    beast::error_code ignored;
    co_await asio::async_write(socket, asio::buffer(header),
                               asio::redirect_error(asio::use_awaitable, ignored));
    socket.shutdown(tcp::socket::shutdown_both, ignored);
}

}  // namespace

Result<void> Server::Impl::start() {
    beast::error_code failed;
    const auto address = asio::ip::make_address(options.address, failed);
    if (failed)
        return Error{ErrorKind::invalid, "Not an IP address: " + options.address + ".", "address"};
    acceptor.emplace(lanes.front()->io);
    const tcp::endpoint endpoint(address, options.port);
    acceptor->open(endpoint.protocol(), failed);
    if (!failed) acceptor->set_option(asio::socket_base::reuse_address(true), failed);
    if (!failed) acceptor->bind(endpoint, failed);
    if (!failed) acceptor->listen(1024, failed);
    if (failed)
        return Error{ErrorKind::unavailable,
                     fmt::format("Cannot listen on {}:{}: {}.", options.address, options.port,
                                 failed.message()),
                     "port"};
    port = acceptor->local_endpoint().port();
    threads = std::make_unique<asio::thread_pool>(lanes.size());
    for (auto& lane : lanes) asio::co_spawn(lane->io, sweep(*lane), asio::detached);
    asio::co_spawn(lanes.front()->io, accept(), asio::detached);
    for (auto& lane : lanes) asio::post(*threads, [&io = lane->io] { io.run(); });
    return {};
}

asio::awaitable<void> Server::Impl::accept() {
    std::size_t next = 0;
    while (!stopping) {
        Lane& lane = *lanes[next++ % lanes.size()];
        auto [failed, socket] = co_await acceptor->async_accept(lane.io, as_result);
        if (failed == asio::error::operation_aborted) break;
        if (failed) {
            // Out of file descriptors, most likely: wait for some to close rather than spin.
            spdlog::warn("{}: cannot accept a connection: {}", options.name, failed.message());
            asio::steady_timer pause(lanes.front()->io, sweep_interval);
            co_await pause.async_wait(as_result);
            continue;
        }
        beast::error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        if (connection_count.fetch_add(1) >= options.limits.max_connections) {
            connection_count.fetch_sub(1);
            refused.Increment();
            asio::co_spawn(lanes.front()->io, turn_away(*this, std::move(socket)), asio::detached);
            continue;
        }
        asio::co_spawn(lane.io, serve(*this, lane, std::move(socket)), asio::detached);
    }
}

asio::awaitable<void> Server::Impl::sweep(Lane& lane) {
    asio::steady_timer timer(lane.io);
    while (true) {
        lane.date = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT",
                                fmt::gmtime(std::chrono::system_clock::now()));
        timer.expires_after(sweep_interval);
        const auto [failed] = co_await timer.async_wait(as_result);
        if (failed || (stopping && lane.connections.empty())) break;
        const auto now = Clock::now();
        for (auto* connection : lane.connections) {
            connection->close_if_late(now);
            if (stopping) connection->close_if_idle();
        }
    }
}

Lane::Route& Server::Impl::route_metrics(Lane& lane, const std::string& route, Method method,
                                         int status) {
    const auto key = fmt::format("{} {} {}", static_cast<int>(method), status / 100, route);
    auto& found = lane.routes[key];
    if (found.requests == nullptr) {
        const std::string name(to_string(method));
        found.requests = &metrics.counter("croquis_http_requests_total", "Requests answered",
                                          {{"listener", options.name},
                                           {"route", route},
                                           {"method", name},
                                           {"status", fmt::format("{}xx", status / 100)}});
        found.seconds = &metrics.seconds(
            "croquis_http_request_seconds", "Time from a request's last byte to its answer",
            {{"listener", options.name}, {"route", route}, {"method", name}});
    }
    return found;
}

void Server::Impl::stop() {
    if (!threads || stopping.exchange(true)) return;
    asio::post(lanes.front()->io, [this] {
        beast::error_code ignored;
        acceptor->close(ignored);
    });
    threads->join();
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
