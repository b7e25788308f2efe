#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/metrics.h"
#include "http/router.h"

namespace croquis::http {

/// Every one of these is stated in the API's document and tested at its edge.
struct ServerLimits {
    std::size_t max_header_bytes = std::size_t{16} * 1024;
    std::size_t max_body_bytes = std::size_t{4} * 1024 * 1024;
    std::size_t max_connections = 4096;  ///< one more is answered 503 and closed
    std::size_t max_requests_in_flight =
        2048;  ///< across connections; one more is 503 with Retry-After
    std::chrono::seconds header_timeout{
        10};  ///< for a whole header, so a slow sender cannot hold a place
    std::chrono::seconds body_timeout{30};   ///< for a whole body
    std::chrono::seconds write_timeout{30};  ///< for a whole answer, so a slow reader cannot either
    std::chrono::seconds idle_timeout{60};   ///< between requests of a kept-alive connection
    /// Of all request bodies held at a time, however many connections send them; past it 503 with
    /// Retry-After.
    std::size_t max_held_body_bytes = std::size_t{256} * 1024 * 1024;
};

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one, see Server::port()
    std::size_t threads = 1;
    ServerLimits limits;
    std::string name;  ///< of this listener in metrics and logs: "api", "portal", "metrics"
    std::vector<std::string> trusted_proxies;  ///< addresses whose X-Forwarded-For is believed
    std::vector<std::string> allowed_origins;  ///< CORS: exact origins, never "*"
    std::string content_security_policy;       ///< sent with HTML answers
};

/// An HTTP/1.1 server on Boost.Beast with coroutines: keep-alive and pipelining, bounded
/// everything, an answer for every request (a handler's exception is 500, and logged). start()
/// returns once it listens; stop() lets running requests end (for write_timeout at most), closes,
/// and joins.
/// Thread-safe.
class Server {
  public:
    Server(ServerOptions options, Router router, Metrics& metrics);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    Result<void> start();
    void stop();
    [[nodiscard]] std::uint16_t port() const;

    class Impl;

  private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace croquis::http
