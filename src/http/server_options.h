#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "http/message.h"

namespace croquis::http {

/// Every one of these is stated in the API's document and tested at its edge.
struct ServerLimits {
    std::size_t max_header_bytes = std::size_t{16} * 1024;
    std::size_t max_body_bytes = std::size_t{4} * 1024 * 1024;
    std::size_t max_connections = 4096;  ///< one more is answered 503 and closed
    /// Of one client: an IPv4 address or an IPv6 /64, as the peer of the connection. Trusted
    /// proxies may have as many as there are.
    std::size_t max_connections_per_client = 512;
    /// Connections past these limits that get to read why; those past it are just closed.
    std::size_t max_turned_away = 256;
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
    /// Of all answers larger than small_answer_bytes that wait for their readers; past it 503 with
    /// Retry-After. What is shared (static files) does not count.
    std::size_t max_held_answer_bytes = std::size_t{128} * 1024 * 1024;
    std::chrono::seconds stop_timeout{10};  ///< for stop(), whatever hangs
};

/// Answers up to here are not counted: they fit into the socket's buffer.
inline constexpr std::size_t small_answer_bytes = std::size_t{64} * 1024;

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one, see Server::port()
    std::size_t threads = 1;
    ServerLimits limits;
    std::string name;  ///< of this listener in metrics and logs: "api", "portal", "metrics"
    std::vector<std::string> trusted_proxies;  ///< addresses whose X-Forwarded-For is believed
    /// Whoever sends this as X-Croquis-Portal is believed too: the portal of the same process,
    /// which has no address of its own. Empty for nobody. Never passed on to a handler.
    std::string portal_secret;
    /// "/croquis" where a proxy serves this listener under that path: taken off the front of a
    /// target that has it, for some proxies take it off and others do not.
    std::string base_path;
    std::vector<std::string> allowed_origins;  ///< CORS: exact origins, never "*"
    std::string content_security_policy;       ///< sent with HTML answers
    /// Asked of each request before its handler: what it refuses is answered so. Null admits all.
    std::function<Result<void>(const Request&)> admit;
    /// Told of each answer to a request that was read whole, with the template of its route. Null
    /// for nobody. Both are called on network threads, several at a time: they must not block.
    std::function<void(const Request&, const Response&, std::string_view route)> observe;
};

}  // namespace croquis::http
