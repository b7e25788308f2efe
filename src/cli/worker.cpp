#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <iostream>

#include "cli/commands.h"
#include "core/logging.h"
#include "server/jobs.h"
#include "server/listeners.h"
#include "server/termination.h"
#include "server/worker.h"

/// `croquis worker`: does the jobs that backends queue.
namespace croquis::cli {
namespace {

/// Who reads the metrics, beside somebody who tries it.
constexpr std::size_t most_readers = 16;

int do_jobs(server::Config config) {
    start_logging(config.log_level,
                  config.log_format == "json" ? LogFormat::json : LogFormat::text);
    if (const auto possible = server::check_worker(config); !possible) {
        report(possible.error());
        return wrong_usage;
    }
    config.max_connections = config.max_connections_per_client = most_readers;
    if (const auto prepared = server::prepare_process(config); !prepared)
        return report(prepared.error());
    boost::asio::io_context io(1);
    server::Termination termination;
    auto worker = server::Worker::start(config);
    if (!worker) return report(worker.error());
    termination.started([&io] { io.stop(); });
    std::cout << "\nCroquis does what is queued in " << server::without_password(config.store)
              << ".\n  Stop with     Ctrl+C\n"
              << std::endl;
    std::cout.clear();  // that nobody could be told is no failure
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
        "for /metrics alone; any number of them share a store on PostgreSQL.");
    const auto config = own_settings(*command,
                                     server::Settings::store | server::Settings::model |
                                         server::Settings::worker | server::Settings::logging,
                                     context);
    command->callback([=, &context] { context.exit_code = do_jobs(*config); });
}

}  // namespace croquis::cli
