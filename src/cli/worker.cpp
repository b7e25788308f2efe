#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <iostream>

#include "cli/commands.h"
#include "core/logging.h"
#include "server/jobs.h"
#include "server/termination.h"
#include "server/worker.h"

/// `croquis worker`: does the jobs that backends queue.
namespace croquis::cli {
namespace {

int do_jobs(const server::Config& config) {
    start_logging(config.log_level,
                  config.log_format == "json" ? LogFormat::json : LogFormat::text);
    if (const auto possible = server::check_worker(config); !possible) {
        report(possible.error());
        return wrong_usage;
    }
    std::signal(SIGXFSZ, SIG_IGN);  // as in serve
    boost::asio::io_context io(1);
    server::Termination termination;
    auto worker = server::Worker::start(config);
    if (!worker) return report(worker.error());
    termination.started([&io] { io.stop(); });
    std::cout << "\nCroquis does what is queued in " << server::without_password(config.store)
              << ".\n  Stop with     Ctrl+C\n"
              << std::endl;
    boost::asio::co_spawn(io, (*worker)->follow_promotions(), boost::asio::detached);
    io.run();
    (*worker)->stop();
    return success;
}

}  // namespace

void add_worker(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand(
        "worker",
        "Do the jobs that backends queue: teaching, trainings, imports, retagging. It listens\n"
        "nowhere; any number of them share a store on PostgreSQL.");
    const auto config = own_settings(*command,
                                     server::Settings::store | server::Settings::model |
                                         server::Settings::worker | server::Settings::logging,
                                     context);
    command->callback([=, &context] { context.exit_code = do_jobs(*config); });
}

}  // namespace croquis::cli
