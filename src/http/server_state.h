#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/error.h"
#include "core/metrics.h"
#include "core/mutex.h"
#include "http/request_parser.h"
#include "http/response_writer.h"
#include "http/router.h"
#include "http/server_options.h"

namespace croquis::http {

using Clock = std::chrono::steady_clock;
class ClientStream;

/// How often the network threads look for connections that are past their time, instead of a timer
/// each.
inline constexpr auto sweep_interval = std::chrono::milliseconds(200);
inline constexpr auto sweep_interval_at_end = std::chrono::milliseconds(5);

/// What one network thread owns; everything in it runs on that thread. The io_context comes after
/// what the coroutines on it refer to, so that they end before that.
struct NetworkThread {
    struct RouteMetrics {
        prometheus::Counter* requests = nullptr;
        prometheus::Histogram* seconds = nullptr;
    };
    static constexpr std::size_t methods = 7;
    static constexpr std::size_t classes = 6;  ///< of status, 1xx to 5xx
    using OneRoute = std::array<RouteMetrics, methods * classes>;

    std::unordered_set<ClientStream*> connections;
    std::vector<OneRoute> routes;
    std::string date;             ///< for the Date field, as of the last sweep
    Clock::time_point now;        ///< as of the last sweep
    std::uint64_t next_id = 0;    ///< of a request
    std::string id_prefix;        ///< of a request's id
    std::size_t turned_away = 0;  ///< connections that are being refused
    boost::asio::io_context io{1};
    boost::asio::steady_timer sweep{io};
};

/// How many connections each client has. Thread-safe.
class ClientCounts {
  public:
    /// False where the client has `limit` already; after true leave() is owed.
    bool enter(std::uint64_t client, std::size_t limit) {
        const MutexLock lock(mutex_);
        auto& count = counts_[client];
        if (count >= limit) return false;
        ++count;
        return true;
    }
    void leave(std::uint64_t client) {
        const MutexLock lock(mutex_);
        const auto found = counts_.find(client);
        if (--found->second == 0) counts_.erase(found);
    }

  private:
    Mutex mutex_;
    std::unordered_map<std::uint64_t, std::size_t> counts_ CROQUIS_GUARDED_BY(mutex_);
};

/// What the connections of a server share. Thread-safe.
class ServerState {
  public:
    ServerState(ServerOptions given, Router given_routes, Metrics& measured);

    /// Once, before there are connections. Errors: invalid ("trusted_proxies").
    Result<void> read_trusted_proxies();
    [[nodiscard]] bool is_trusted(const boost::asio::ip::address& address) const;

    /// Takes a place for a connection, and one of its client's where those are limited; false where
    /// there is none. After true leave() is owed.
    bool enter(const boost::asio::ip::tcp::socket& socket, std::optional<std::uint64_t>& client);
    void leave(std::optional<std::uint64_t> client);

    NetworkThread::RouteMetrics& metrics_of(NetworkThread& network_thread,
                                            const Router::Match& match, Method method, int status);

    const ServerOptions options;
    const Router router;
    const ResponseWriter response_writer;
    Metrics& metrics;
    prometheus::Gauge& open;
    prometheus::Gauge& in_flight;
    prometheus::Counter& refused;
    BodyBudget body_budget;
    BodyBudget answer_budget;
    std::atomic<std::size_t> connection_count{0};
    std::atomic<std::size_t> request_count{0};
    std::atomic<bool> stopping{false};

  private:
    std::vector<boost::asio::ip::address> trusted_;
    ClientCounts clients_;
};

}  // namespace croquis::http
