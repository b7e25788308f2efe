#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/mutex.h"

/// Connections to the backend: made, and kept while they are idle.
namespace croquis::portal {

struct BackendConnection {
    explicit BackendConnection(const boost::asio::any_io_executor& executor) : stream(executor) {}
    boost::beast::tcp_stream stream;
    boost::beast::flat_buffer buffer;
};

/// The idle connections of one io_context, by backend. They live and end with the context, because
/// a socket must not outlive it. Thread-safe.
class IdleConnections : public boost::asio::execution_context::service {
  public:
    using key_type = IdleConnections;
    static boost::asio::execution_context::id id;

    explicit IdleConnections(boost::asio::execution_context& context) : service(context) {}

    /// One that is still open, as far as can be known; null where there is none.
    std::unique_ptr<BackendConnection> take(const std::string& backend);
    void keep(const std::string& backend, std::unique_ptr<BackendConnection> connection);

  private:
    void shutdown() override;

    Mutex mutex_;
    std::unordered_map<std::string, std::vector<std::unique_ptr<BackendConnection>>> idle_
        CROQUIS_GUARDED_BY(mutex_);
};

using Addresses = boost::asio::ip::tcp::resolver::results_type;

/// The addresses of a host. The system's look-up takes as long as its name servers do, and cannot
/// be ended: past the deadline it is left to itself, and those that are queued behind it are
/// dropped with their resolvers.
boost::asio::awaitable<std::pair<boost::beast::error_code, Addresses>> look_up(
    const std::string& host, const std::string& port,
    std::chrono::steady_clock::time_point deadline);

}  // namespace croquis::portal
