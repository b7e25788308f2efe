#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <iostream>

#include "cli/commands.h"
#include "core/logging.h"
#include "server/addresses.h"
#include "server/advice.h"
#include "server/backend.h"
#include "server/demo.h"
#include "server/jobs.h"
#include "server/listeners.h"
#include "server/termination.h"

namespace croquis::cli {
namespace {

namespace asio = boost::asio;

LogFormat format_of(const server::Config& config) {
    return config.log_format == "json" ? LogFormat::json : LogFormat::text;
}

void say_urls(const char* name, const std::string& address, std::uint16_t port,
              const char* path = "") {
    const char* label = name;
    for (const auto& url : server::shown_urls(address, port)) {
        std::cout << fmt::format("  {:<13} {}{}\n", label, url, path);
        label = "";
    }
}

void say_where_to_click(const server::Config& config, const server::Backend& backend) {
    std::cout << "\nCroquis is ready.\n";
    if (backend.portal_port() != 0) say_urls("Draw here", config.address, backend.portal_port());
    say_urls("API and docs", config.address, backend.port(), "/docs");
    if (config.demo)
        std::cout << "  Sign in with  admin / admin (demo mode)\n";
    else if (!backend.has_users())
        std::cout << "  Sign in       nobody can yet: this store has no account. Add one with\n"
                  << "                "
                  << server::command_on_store(config, "user add NAME --role admin") << '\n';
    std::cout << "  Stop with     Ctrl+C\n" << std::endl;
}

int serve(server::Config config) {
    start_logging(config.log_level, format_of(config));
    for (const auto check : {server::check_demo, server::check_no_jobs})
        if (const auto passed = check(config); !passed) {
            report(passed.error());
            return wrong_usage;
        }
    if (const auto prepared = server::prepare_process(config); !prepared)
        return report(prepared.error());
    asio::io_context io(1);
    server::Termination termination;
    auto backend = server::Backend::start(config);
    if (!backend) return report(backend.error());
    termination.started([&io] { io.stop(); });
    say_where_to_click(config, **backend);
    std::cout.clear();  // that nobody could be told is no failure
    asio::co_spawn(io, (*backend)->follow_promotions(), asio::detached);
    asio::co_spawn(io, (*backend)->watch_quality(), asio::detached);
    asio::co_spawn(io, (*backend)->watch_jobs(), asio::detached);
    io.run();
    (*backend)->stop();
    return success;
}

int serve_portal(server::Config config) {
    start_logging(config.log_level, format_of(config));
    if (const auto prepared = server::prepare_process(config); !prepared)
        return report(prepared.error());
    asio::io_context io(1);
    const auto until_told = asio::make_work_guard(io);
    server::Termination termination;
    Metrics metrics;
    auto page = server::listen_portal(config, config.backend_url, {}, metrics);
    if (!page) return report(page.error());
    auto metrics_listener = server::listen_metrics(config, metrics);
    if (!metrics_listener) return report(metrics_listener.error());
    termination.started([&io] { io.stop(); });
    say_urls("Draw here", config.address, (*page)->port());
    std::cout << "  Backend       " << config.backend_url << std::endl;
    std::cout.clear();
    io.run();
    (*page)->stop();
    return success;
}

}  // namespace

void add_serve(CLI::App& program, Context& context) {
    auto* command =
        program.add_subcommand("serve", "Serve the API, and with --portal the page too");
    const auto config =
        own_settings(*command,
                     server::Settings::store | server::Settings::model | server::Settings::serve |
                         server::Settings::identity | server::Settings::logging,
                     context);
    auto print = std::make_shared<bool>(false);
    command->add_flag("--print-config", *print,
                      "Show the configuration in force as TOML, and exit");
    command->callback([=, &context] {
        if (*print)
            std::cout << server::print_config(*config);
        else
            context.exit_code = serve(*config);
    });
}

void add_portal(CLI::App& program, Context& context) {
    auto* command =
        program.add_subcommand("portal", "Serve the page, forwarding /api to a backend");
    const auto config =
        own_settings(*command, server::Settings::portal | server::Settings::logging, context);
    command->callback([=, &context] { context.exit_code = serve_portal(*config); });
}

}  // namespace croquis::cli
