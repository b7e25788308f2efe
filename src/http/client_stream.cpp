#include "http/client_stream.h"

#include <poll.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "http/as_result.h"
#include "http/refusals.h"

namespace croquis::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using Progress = RequestParser::Progress;

constexpr std::size_t read_size = std::size_t{16} * 1024;

}  // namespace

ClientStream::ClientStream(ServerState& server, NetworkThread& network_thread, tcp::socket socket)
    : server_(server), network_thread_(network_thread), socket_(std::move(socket)) {
    beast::error_code failed;
    socket_.set_option(tcp::no_delay(true), failed);
    socket_.non_blocking(true, failed);
    network_thread_.connections.insert(this);
}

ClientStream::~ClientStream() {
    network_thread_.connections.erase(this);
}

void ClientStream::enter(Phase phase, Clock::duration time) {
    phase_ = phase;
    deadline_ = network_thread_.now + sweep_interval + time;
}

/// A handler is bounded by the queues that it waits in.
void ClientStream::enter_handling() {
    phase_ = Phase::handling;
    deadline_ = Clock::time_point::max();
}

void ClientStream::enter_reading_body() {
    enter(Phase::reading, server_.options.limits.body_timeout);
}

void ClientStream::close() {
    beast::error_code ignored;
    socket_.close(ignored);
}

void ClientStream::end_if_late(Clock::time_point now) {
    if (now < deadline_) return;
    deadline_ = Clock::time_point::max();
    late_ = true;
    beast::error_code ignored;
    if (phase_ == Phase::reading)
        socket_.cancel(ignored);  // the client is told why
    else
        close();
}

void ClientStream::end_if_idle() {
    if (phase_ == Phase::idle) close();
}

void ClientStream::end_if_reading() {
    if (phase_ == Phase::reading && deadline_ != Clock::time_point::max()) end_if_late(deadline_);
}

/// Asked at every sweep rather than awaited with every request, which would cost each of them two
/// turns through the poller. A client that has closed its side for sending alone looks the same, as
/// it does to other servers (Go's net/http, nginx): its work is dropped where it still waits.
void ClientStream::look_for_hang_up() {
    if (phase_ != Phase::handling || hang_up_->happened()) return;
    pollfd asked{socket_.native_handle(), POLLRDHUP, 0};
    if (::poll(&asked, 1, 0) > 0 && (asked.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0)
        hang_up_->happen();
}

/// What is said to a client whose request could not be read whole; nothing where it has gone.
std::optional<Response> ClientStream::refusal_of(Progress progress,
                                                 const RequestParser& parser) const {
    if (progress == Progress::refused) return parser.refusal();
    if (!late_ || phase_ != Phase::reading) return std::nullopt;
    return problem_of(server_.stopping ? refusals::server_stopping : refusals::request_late);
}

asio::awaitable<bool> ClientStream::read_some() {
    const auto room = buffer_.prepare(read_size);
    const auto [failed, got] = co_await socket_.async_read_some(room, as_result);
    buffer_.commit(got);
    co_return !failed;
}

asio::awaitable<bool> ClientStream::say_continue_if_expected(const RequestParser& parser) {
    if (!parser.expects_continue() || parser.is_http_1_0()) co_return true;
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto [failed, sent] = co_await asio::async_write(socket_, asio::buffer(go_on), as_result);
    co_return !failed;
}

}  // namespace croquis::http
