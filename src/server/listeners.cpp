#include "server/listeners.h"

#include <fmt/format.h>
#include <malloc.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iterator>

#include "portal/portal.h"
#include "server/demo.h"

namespace croquis::server {
namespace {

/// Of the store, the log, the model's files and what libraries open for a moment.
constexpr std::size_t other_descriptors = 16;
constexpr std::size_t max_portal_connections = 64;

std::size_t open_descriptors() {
    std::error_code failed;
    const std::filesystem::directory_iterator open("/proc/self/fd", failed);
    return failed ? 0 : static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

/// The soft limit, raised to the hard one.
std::size_t raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    const rlimit raised{limit.rlim_max, limit.rlim_max};
    if (limit.rlim_cur < limit.rlim_max && setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    return limit.rlim_cur;
}

/// What the store, the pages' listeners and each of them at their limits would have open.
std::size_t descriptors_wanted(const Config& config) {
    const std::size_t listeners = config.with_portal ? 2 : 1;
    const std::size_t store = 2 * (config.store_readers + config.store_writers);
    return other_descriptors + store + 2 * max_portal_connections +
           listeners * (config.max_connections + http::ServerLimits().max_turned_away);
}

Result<void> check_base_path(const std::string& path) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.' || c == '~' || c == '/';
    };
    const bool valid =
        path.empty() ||
        (path.size() > 1 && path.front() == '/' && path.back() != '/' &&
         path.find("//") == std::string::npos && path.find("/.") == std::string::npos &&
         std::all_of(path.begin(), path.end(), plain));
    if (!valid)
        return Error{ErrorKind::invalid,
                     "A base path looks like /croquis or /tools/croquis: letters, digits and - _ . "
                     "~, a slash in front and none at the end.",
                     "base_path"};
    return {};
}

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
    limits.max_connections_per_client = config.max_connections_per_client;
    // Those that are turned away have a descriptor each too.
    limits.max_turned_away =
        std::clamp<std::size_t>(config.max_connections / 8, 1, limits.max_turned_away);
    limits.max_requests_in_flight = config.max_requests;
    return limits;
}

Result<void> prepare_process(Config& config) {
    if (const auto valid = check_base_path(config.base_path); !valid) return valid.error();
    std::signal(SIGXFSZ, SIG_IGN);  // a file at its limit is an error of the write, not of us
    // Pictures are decoded into blocks that would go back to the system, and come back zeroed page
    // by page, once a request: 6 % of what a submission costs. What a thread frees below the second
    // threshold stays with it.
    constexpr int large_block = 256 * 1024;
    constexpr int most_kept_free = 8 * 1024 * 1024;
    mallopt(M_MMAP_THRESHOLD, large_block);
    mallopt(M_TRIM_THRESHOLD, most_kept_free);
    const std::size_t limit = raise_descriptor_limit();
    const std::size_t wanted = open_descriptors() + descriptors_wanted(config);
    if (limit == 0 || limit >= wanted) return {};
    const std::size_t taken =
        open_descriptors() + other_descriptors + 2 * (config.store_readers + config.store_writers);
    const std::size_t left = limit > taken ? limit - taken : 0;
    // A request at the page's port has three: its own and both ends of the portal's.
    const std::size_t each = config.with_portal ? 4 : 2;
    const std::size_t most = std::max<std::size_t>(4, left / each);
    if (most >= config.max_connections) return {};
    spdlog::warn(
        "this process may have {} files open (ulimit -n), {} are wanted; it takes {} connections "
        "at "
        "a time instead of {}",
        limit, wanted, most, config.max_connections);
    config.max_connections = most;
    config.max_connections_per_client = std::min(config.max_connections_per_client, most);
    return {};
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
    options.base_path = config.base_path;
    options.allowed_origins = config.allowed_origins;
    options.content_security_policy = page_content_security_policy;
    if (config.demo && !config.demo_anywhere) options.admit = check_host;
    return options;
}

Result<std::unique_ptr<http::Server>> listen_portal(const Config& config,
                                                    const std::string& backend_url,
                                                    const std::string& secret, Metrics& metrics) {
    portal::PortalOptions options;
    options.web_root = config.web_root;
    options.backend_url = backend_url;
    options.base_path = config.base_path;
    options.secret = secret;
    options.max_upload_bytes = config.max_import_bytes;
    options.max_backend_connections =
        std::clamp<std::size_t>(config.max_connections / 2, 1, max_portal_connections);
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

}  // namespace croquis::server
