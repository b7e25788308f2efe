#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <iostream>

#include "cli/backend.h"
#include "cli/commands.h"
#include "core/logging.h"
#include "http/server.h"
#include "portal/portal.h"

namespace croquis::cli {
namespace {

namespace asio = boost::asio;

LogFormat format_of(const Config& config) {
    return config.log_format == "json" ? LogFormat::json : LogFormat::text;
}

/// Runs `io` until SIGINT or SIGTERM.
void run_until_signal(asio::io_context& io) {
    asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&io](const boost::system::error_code&, int) { io.stop(); });
    io.run();
}

void say_where_to_click(const Config& config, const Backend& backend) {
    const std::string host =
        config.address == "0.0.0.0" || config.address == "127.0.0.1" ? "localhost" : config.address;
    std::cout << "\nCroquis is ready.\n";
    if (backend.portal_port() != 0)
        std::cout << "  Draw here     http://" << host << ':' << backend.portal_port() << '\n';
    std::cout << "  API and docs  http://" << host << ':' << backend.port() << "/docs\n";
    if (config.demo) std::cout << "  Sign in with  admin / admin (demo mode)\n";
    std::cout << "  Stop with     Ctrl+C\n" << std::endl;
}

int serve(const Config& config) {
    start_logging(config.log_level, format_of(config));
    auto backend = Backend::start(config);
    if (!backend) return report(backend.error());
    say_where_to_click(config, **backend);
    asio::io_context io(1);
    asio::co_spawn(io, (*backend)->follow_promotions(), asio::detached);
    run_until_signal(io);
    (*backend)->stop();
    return success;
}

int serve_portal(const Config& config) {
    start_logging(config.log_level, format_of(config));
    Metrics metrics;
    portal::PortalOptions options;
    options.web_root = config.web_root;
    options.backend_url = config.backend_url;
    auto routes = portal::portal_router(options, metrics);
    if (!routes) return report(routes.error());
    http::ServerOptions listener;
    listener.address = config.address;
    listener.port = config.portal_port;
    listener.threads = config.network_threads;
    listener.limits.max_body_bytes = config.max_body_bytes;
    listener.limits.max_connections = config.max_connections;
    listener.limits.max_requests_in_flight = config.max_requests;
    listener.name = "portal";
    listener.content_security_policy = page_content_security_policy;
    http::Server server(std::move(listener), std::move(*routes), metrics);
    if (const auto started = server.start(); !started) return report(started.error());
    std::cout << "The page is at http://localhost:" << server.port() << ", its backend at "
              << config.backend_url << std::endl;
    asio::io_context io(1);
    run_until_signal(io);
    server.stop();
    return success;
}

}  // namespace

void add_serve(CLI::App& program, Context& context) {
    auto* command =
        program.add_subcommand("serve", "Serve the API, and with --portal the page too");
    add_settings(*command,
                 Settings::store | Settings::model | Settings::serve | Settings::identity |
                     Settings::logging,
                 context.config);
    auto print = std::make_shared<bool>(false);
    command->add_flag("--print-config", *print,
                      "Show the configuration in force as TOML, and exit");
    command->callback([&context, print] {
        if (*print)
            std::cout << print_config(context.config);
        else
            context.exit_code = serve(context.config);
    });
}

void add_portal(CLI::App& program, Context& context) {
    auto* command =
        program.add_subcommand("portal", "Serve the page, forwarding /api to a backend");
    add_settings(*command, Settings::portal | Settings::logging, context.config);
    command->callback([&context] { context.exit_code = serve_portal(context.config); });
}

}  // namespace croquis::cli
