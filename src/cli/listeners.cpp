#include "cli/listeners.h"

#include <fmt/format.h>

#include "portal/portal.h"

namespace croquis::cli {
namespace {

Result<std::unique_ptr<http::Server>> started(http::ServerOptions options, http::Router router,
                                              Metrics& metrics) {
    const auto setting = options.name + "_port";
    auto server = std::make_unique<http::Server>(std::move(options), std::move(router), metrics);
    if (const auto listening = server->start(); !listening) {
        auto error = listening.error();
        if (error.field == "port") error.field = setting;
        return error;
    }
    return server;
}

}  // namespace

http::ServerLimits limits_of(const Config& config) {
    http::ServerLimits limits;
    limits.max_body_bytes = config.max_body_bytes;
    limits.max_connections = config.max_connections;
    limits.max_requests_in_flight = config.max_requests;
    return limits;
}

std::string local_url(const std::string& address, std::uint16_t port) {
    if (address == "0.0.0.0") return fmt::format("http://127.0.0.1:{}", port);
    if (address == "::") return fmt::format("http://[::1]:{}", port);
    if (address.find(':') != std::string::npos) return fmt::format("http://[{}]:{}", address, port);
    return fmt::format("http://{}:{}", address, port);
}

std::string shown_url(const std::string& address, std::uint16_t port) {
    for (const auto* here : {"0.0.0.0", "127.0.0.1", "::", "::1"})
        if (address == here) return fmt::format("http://localhost:{}", port);
    return local_url(address, port);
}

http::ServerOptions listener_options(const Config& config, const std::string& name,
                                     std::uint16_t port) {
    http::ServerOptions options;
    options.address = config.address;
    options.port = port;
    options.threads = config.network_threads;
    options.limits = limits_of(config);
    options.name = name;
    options.trusted_proxies = config.trusted_proxies;
    options.allowed_origins = config.allowed_origins;
    options.content_security_policy = page_content_security_policy;
    return options;
}

Result<std::unique_ptr<http::Server>> listen_portal(const Config& config,
                                                    const std::string& backend_url,
                                                    Metrics& metrics) {
    portal::PortalOptions options;
    options.web_root = config.web_root;
    options.backend_url = backend_url;
    auto routes = portal::portal_router(options, metrics);
    if (!routes) return routes.error();
    return started(listener_options(config, "portal", config.portal_port), std::move(*routes),
                   metrics);
}

Result<std::unique_ptr<http::Server>> listen_metrics(const Config& config, Metrics& metrics) {
    if (config.metrics_port == 0) return std::unique_ptr<http::Server>();
    http::Router router;
    router.add(http::Method::get, "/metrics",
               [&metrics](http::Request&) -> boost::asio::awaitable<http::Response> {
                   http::Response response;
                   response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
                   response.body = metrics.text();
                   co_return response;
               });
    return started(listener_options(config, "metrics", config.metrics_port), std::move(router),
                   metrics);
}

}  // namespace croquis::cli
