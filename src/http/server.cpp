#include "http/server.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "core/bytes.h"
#include "core/this_thread.h"
#include "http/as_result.h"
#include "http/client_stream.h"
#include "http/connection.h"
#include "http/refusals.h"
#include "http/server_state.h"
#include "http/spare_descriptor.h"

namespace croquis::http {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using error_code = boost::system::error_code;

/// Connections refused for lack of descriptors before others get their turn.
constexpr std::size_t max_refused_at_once = 64;

template <class Count>
struct CountDown {
    Count& count;
    ~CountDown() { --count; }
};

/// A connection's place, given back when its coroutine ends or is destroyed.
struct Place {
    ServerState& server;
    std::optional<std::uint64_t> client;
    ~Place() { server.leave(client); }
};

asio::awaitable<void> serve(ServerState& server, NetworkThread& network_thread, tcp::socket socket,
                            std::optional<std::uint64_t> client) {
    const Place place{server, client};
    if (server.stopping) co_return;
    Connection connection(server, network_thread, std::move(socket));
    co_await connection.serve();
}

asio::awaitable<void> turn_away(ServerState& server, NetworkThread& network_thread,
                                tcp::socket socket) {
    if (network_thread.turned_away >= server.options.limits.max_turned_away || server.stopping)
        co_return;
    ++network_thread.turned_away;
    const CountDown<std::size_t> leave{network_thread.turned_away};
    Connection connection(server, network_thread, std::move(socket));
    co_await connection.turn_away();
}

/// An answer in one piece for a socket that has no coroutine, and no descriptors for one.
std::string whole_answer(const ServerState& server, const Refusal& refusal, std::string_view date) {
    Request request;
    request.request_id = "none";
    Response response = problem_of(refusal);
    server.response_writer.finish(request, response);
    std::string text;
    server.response_writer.write_header(request, response, {date, false, false}, text);
    return text + response.body;
}

/// Answers without waiting: the answer fits into the socket's buffer, and what the client has sent
/// so far is read, for a socket closed before that resets the connection and the answer with it.
void answer_and_close(tcp::socket socket, std::string_view answer) {
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.send(asio::buffer(answer), 0, ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    std::array<char, 4096> sink{};
    error_code ended;
    for (int i = 0; i < 16 && !ended; ++i) socket.receive(asio::buffer(sink), 0, ended);
}

bool is_out_of_descriptors(const error_code& failed) {
    return failed == asio::error::no_descriptors ||
           failed == boost::system::errc::too_many_files_open_in_system;
}

void tick(NetworkThread& network_thread) {
    network_thread.now = Clock::now();
    network_thread.date =
        fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::chrono::system_clock::now()));
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

/// The network threads come last, so that they end first.
class Server::Impl {
  public:
    Impl(ServerOptions options, Router router, Metrics& metrics);

    Result<void> start();
    void begin_stop();
    void stop();
    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    Result<void> listen();
    asio::awaitable<void> accept();
    asio::awaitable<void> sweep(NetworkThread& network_thread);
    void welcome(tcp::socket socket, NetworkThread& network_thread);
    std::size_t refuse_without_descriptors();
    void expire(NetworkThread& network_thread);

    ServerState state_;
    std::uint16_t port_ = 0;
    SpareDescriptor spare_;
    std::atomic<Clock::rep> stop_by_{0};
    std::atomic<Clock::rep> stop_reading_by_{0};
    std::vector<std::unique_ptr<NetworkThread>> network_threads_;
    std::optional<tcp::acceptor> acceptor_;
    std::unique_ptr<asio::thread_pool> threads_;
};

Server::Impl::Impl(ServerOptions options, Router router, Metrics& metrics)
    : state_(std::move(options), std::move(router), metrics) {
    const std::string prefix = to_hex(random_bytes(5));
    for (std::size_t i = 0; i < std::max<std::size_t>(1, state_.options.threads); ++i) {
        network_threads_.push_back(std::make_unique<NetworkThread>());
        network_threads_.back()->routes.resize(state_.router.route_count());
        network_threads_.back()->id_prefix = fmt::format("{}-{}-", prefix, i);
        tick(*network_threads_.back());
    }
}

Result<void> Server::Impl::start() {
    if (const auto read = state_.read_trusted_proxies(); !read) return read.error();
    const auto listening = listen();
    if (!listening) return listening.error();
    for (auto& network_thread : network_threads_)
        asio::co_spawn(network_thread->io, sweep(*network_thread), asio::detached);
    asio::co_spawn(network_threads_.front()->io, accept(), asio::detached);
    threads_ = std::make_unique<asio::thread_pool>(network_threads_.size());
    const auto run = [](asio::io_context& io) {
        name_this_thread("network");
        io.run();
    };
    for (auto& network_thread : network_threads_)
        asio::post(*threads_, [run, &io = network_thread->io] { run(io); });
    return {};
}

Result<void> Server::Impl::listen() {
    error_code failed;
    const auto address = asio::ip::make_address(state_.options.address, failed);
    if (failed)
        return Error{ErrorKind::invalid, "Not an IP address: " + state_.options.address + ".",
                     "address"};
    acceptor_.emplace(network_threads_.front()->io);
    const tcp::endpoint endpoint(address, state_.options.port);
    acceptor_->open(endpoint.protocol(), failed);
    if (!failed) acceptor_->set_option(asio::socket_base::reuse_address(true), failed);
    if (!failed) acceptor_->bind(endpoint, failed);
    if (!failed) acceptor_->listen(1024, failed);
    if (failed)
        return Error{ErrorKind::unavailable,
                     fmt::format("Cannot listen on {}:{}: {}.", state_.options.address,
                                 state_.options.port, failed.message()),
                     "port"};
    port_ = acceptor_->local_endpoint().port();
    return {};
}

asio::awaitable<void> Server::Impl::accept() {
    for (std::size_t next = 0; !state_.stopping; ++next) {
        NetworkThread& network_thread = *network_threads_[next % network_threads_.size()];
        auto [failed, socket] = co_await acceptor_->async_accept(network_thread.io, as_result);
        if (failed == asio::error::operation_aborted) break;
        if (!failed) {
            welcome(std::move(socket), network_thread);
            continue;
        }
        if (is_out_of_descriptors(failed) && refuse_without_descriptors() > 0) continue;
        // Wait for something to change rather than spin.
        spdlog::warn("{}: cannot accept a connection: {}", state_.options.name, failed.message());
        asio::steady_timer pause(network_threads_.front()->io, sweep_interval);
        co_await pause.async_wait(as_result);
    }
}

/// Answers 503 to those who wait to be accepted, one after another, in the place of the spare
/// descriptor; how many there were.
std::size_t Server::Impl::refuse_without_descriptors() {
    const std::string answer =
        whole_answer(state_, refusals::no_room, network_threads_.front()->date);
    std::size_t count = 0;
    error_code failed;
    acceptor_->non_blocking(true, failed);
    while (!failed && count < max_refused_at_once) {
        spare_.give_up();
        {
            tcp::socket socket(network_threads_.front()->io);
            acceptor_->accept(socket, failed);
            if (!failed) answer_and_close(std::move(socket), answer);
        }
        if (!spare_.take()) break;
        if (!failed) ++count;
    }
    if (count > 0) {
        state_.refused.Increment(static_cast<double>(count));
        spdlog::warn("{}: out of file descriptors; {} connections were answered 503",
                     state_.options.name, count);
    }
    return count;
}

void Server::Impl::welcome(tcp::socket socket, NetworkThread& network_thread) {
    std::optional<std::uint64_t> client;
    if (state_.enter(socket, client)) {
        asio::co_spawn(network_thread.io, serve(state_, network_thread, std::move(socket), client),
                       report);
        return;
    }
    state_.refused.Increment();
    asio::co_spawn(network_thread.io, turn_away(state_, network_thread, std::move(socket)), report);
}

void Server::Impl::expire(NetworkThread& network_thread) {
    const auto time = network_thread.now.time_since_epoch().count();
    for (auto* connection : network_thread.connections) {
        connection->end_if_late(network_thread.now);
        connection->look_for_hang_up();
        if (state_.stopping) connection->end_if_idle();
        if (state_.stopping && time > stop_reading_by_) connection->end_if_reading();
    }
}

/// Ends when the server stops and the network thread's connections are gone, or out of time.
asio::awaitable<void> Server::Impl::sweep(NetworkThread& network_thread) {
    while (true) {
        tick(network_thread);
        expire(network_thread);
        state_.open.Set(static_cast<double>(state_.connection_count.load()));
        state_.in_flight.Set(static_cast<double>(state_.request_count.load()));
        if (state_.stopping && network_thread.connections.empty()) break;
        if (state_.stopping && network_thread.now.time_since_epoch().count() > stop_by_)
            network_thread.io.stop();
        network_thread.sweep.expires_after(state_.stopping ? sweep_interval_at_end
                                                           : sweep_interval);
        co_await network_thread.sweep.async_wait(as_result);
    }
}

void Server::Impl::begin_stop() {
    if (!threads_ || state_.stopping) return;
    const auto now = Clock::now();
    stop_by_ = (now + state_.options.limits.stop_timeout).time_since_epoch().count();
    stop_reading_by_ = (now + state_.options.limits.stop_timeout / 2).time_since_epoch().count();
    state_.stopping = true;
    asio::post(network_threads_.front()->io, [this] {
        error_code ignored;
        acceptor_->close(ignored);
    });
    for (auto& network_thread : network_threads_)
        asio::post(network_thread->io, [&network_thread] { network_thread->sweep.cancel(); });
}

void Server::Impl::stop() {
    if (!threads_) return;
    begin_stop();
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
void Server::begin_stop() {
    impl_->begin_stop();
}
void Server::stop() {
    impl_->stop();
}
std::uint16_t Server::port() const {
    return impl_->port();
}

}  // namespace croquis::http
