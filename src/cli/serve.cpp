#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <iostream>

#include "cli/backend.h"
#include "cli/commands.h"
#include "cli/listeners.h"
#include "core/logging.h"

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
    std::cout << "\nCroquis is ready.\n";
    if (backend.portal_port() != 0)
        std::cout << "  Draw here     " << shown_url(config.address, backend.portal_port()) << '\n';
    std::cout << "  API and docs  " << shown_url(config.address, backend.port()) << "/docs\n";
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
    auto page = listen_portal(config, config.backend_url, metrics);
    if (!page) return report(page.error());
    auto metrics_listener = listen_metrics(config, metrics);
    if (!metrics_listener) return report(metrics_listener.error());
    std::cout << "The page is at " << shown_url(config.address, (*page)->port())
              << ", its backend at " << config.backend_url << std::endl;
    asio::io_context io(1);
    run_until_signal(io);
    (*page)->stop();
    return success;
}

}  // namespace

void add_serve(CLI::App& program, Context& context) {
    auto* command =
        program.add_subcommand("serve", "Serve the API, and with --portal the page too");
    const auto config = own_settings(*command,
                                     Settings::store | Settings::model | Settings::serve |
                                         Settings::identity | Settings::logging,
                                     context);
    auto print = std::make_shared<bool>(false);
    command->add_flag("--print-config", *print,
                      "Show the configuration in force as TOML, and exit");
    command->callback([=, &context] {
        if (*print)
            std::cout << print_config(*config);
        else
            context.exit_code = serve(*config);
    });
}

void add_portal(CLI::App& program, Context& context) {
    auto* command =
        program.add_subcommand("portal", "Serve the page, forwarding /api to a backend");
    const auto config = own_settings(*command, Settings::portal | Settings::logging, context);
    command->callback([=, &context] { context.exit_code = serve_portal(*config); });
}

}  // namespace croquis::cli
