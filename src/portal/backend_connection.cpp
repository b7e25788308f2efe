#include "portal/backend_connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace croquis::portal {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;

/// Neither closed by the backend nor with bytes that nobody asked for.
bool is_quiet(BackendConnection& connection) {
    auto& socket = connection.stream.socket();
    beast::error_code error;
    socket.non_blocking(true, error);
    char byte = 0;
    if (!error) socket.receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, error);
    return error == asio::error::would_block && connection.buffer.size() == 0;
}

/// What came of looking a name up, and the timer of whom waits for it.
struct LookUp {
    LookUp(const asio::any_io_executor& executor, std::chrono::steady_clock::time_point deadline)
        : waits(executor, deadline) {}
    asio::steady_timer waits;
    beast::error_code error = beast::error::timeout;
    Addresses addresses;
};

}  // namespace

asio::execution_context::id IdleConnections::id;

std::unique_ptr<BackendConnection> IdleConnections::take(const std::string& backend) {
    const MutexLock lock(mutex_);
    auto& idle = idle_[backend];
    while (!idle.empty()) {
        auto connection = std::move(idle.back());
        idle.pop_back();
        if (is_quiet(*connection)) return connection;
    }
    return nullptr;
}

void IdleConnections::keep(const std::string& backend,
                           std::unique_ptr<BackendConnection> connection) {
    const MutexLock lock(mutex_);
    idle_[backend].push_back(std::move(connection));
}

void IdleConnections::shutdown() {
    const MutexLock lock(mutex_);
    idle_.clear();
}

asio::awaitable<std::pair<beast::error_code, Addresses>> look_up(
    const std::string& host, const std::string& port,
    std::chrono::steady_clock::time_point deadline) {
    const auto executor = co_await asio::this_coro::executor;
    tcp::resolver resolver(executor);
    const auto found = std::make_shared<LookUp>(executor, deadline);
    resolver.async_resolve(host, port,
                           [found](const beast::error_code& error, Addresses addresses) {
                               found->error = error;
                               found->addresses = std::move(addresses);
                               found->waits.cancel();
                           });
    co_await found->waits.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return std::pair(found->error, found->addresses);
}

}  // namespace croquis::portal
