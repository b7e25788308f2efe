#include "http/server_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "http/client_address.h"

namespace croquis::http {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using error_code = boost::system::error_code;

}  // namespace

ServerState::ServerState(ServerOptions given, Router given_routes, Metrics& measured)
    : options(std::move(given)),
      router(std::move(given_routes)),
      response_writer(options),
      metrics(measured),
      open(metrics.gauge("croquis_http_connections", "Open connections",
                         {{"listener", options.name}})),
      in_flight(metrics.gauge("croquis_http_requests_in_flight", "Requests at work",
                              {{"listener", options.name}})),
      refused(metrics.counter("croquis_http_refused_total",
                              "Requests and connections answered 503 for lack of room",
                              {{"listener", options.name}})),
      body_budget(options.limits.max_held_body_bytes),
      answer_budget(options.limits.max_held_answer_bytes) {}

Result<void> ServerState::read_trusted_proxies() {
    for (const auto& text : options.trusted_proxies) {
        error_code failed;
        const auto address = asio::ip::make_address(text, failed);
        if (failed)
            return Error{ErrorKind::invalid, "Not the IP address of a proxy: " + text + ".",
                         "trusted_proxies"};
        trusted_.push_back(plain_address(address));
    }
    return {};
}

bool ServerState::is_trusted(const asio::ip::address& address) const {
    return std::find(trusted_.begin(), trusted_.end(), address) != trusted_.end();
}

bool ServerState::enter(const tcp::socket& socket, std::optional<std::uint64_t>& client) {
    if (connection_count.fetch_add(1) >= options.limits.max_connections) {
        connection_count.fetch_sub(1);
        return false;
    }
    error_code failed;
    const auto peer = plain_address(socket.remote_endpoint(failed).address());
    if (failed || is_trusted(peer)) return true;
    const auto key = connection_key(peer);
    if (!clients_.enter(key, options.limits.max_connections_per_client)) {
        connection_count.fetch_sub(1);
        return false;
    }
    client = key;
    return true;
}

void ServerState::leave(std::optional<std::uint64_t> client) {
    connection_count.fetch_sub(1);
    if (client) clients_.leave(*client);
}

NetworkThread::RouteMetrics& ServerState::metrics_of(NetworkThread& network_thread,
                                                     const Router::Match& match, Method method,
                                                     int status) {
    const auto status_class = static_cast<std::size_t>(status / 100) % NetworkThread::classes;
    auto& found =
        network_thread
            .routes[match.route_index]
                   [static_cast<std::size_t>(method) * NetworkThread::classes + status_class];
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

}  // namespace croquis::http
