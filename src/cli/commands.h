#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/metrics.h"
#include "server/config.h"
#include "store/store.h"

/// The subcommands. Each function adds one to the program; running it sets `exit_code`.
namespace croquis::cli {

/// What the program's exit status means; --help prints the same list.
enum ExitCode : int {
    success = 0,
    failed = 1,         ///< the work could not be done; standard error says why
    partly_failed = 2,  ///< some of several inputs could not be done
    wrong_usage = 64,   ///< flags, environment or configuration file (sysexits.h EX_USAGE)
};

struct Context {
    server::Config
        config;  ///< the defaults and the file; flags and environment are each command's own
    int exit_code = success;
};

/// Adds the flags of `settings` to `command`. What they come to is in the Config when the command's
/// callback runs.
std::shared_ptr<server::Config> own_settings(CLI::App& command, server::Settings settings,
                                             const Context& context);

/// Opens the store for `command`, brought up to date. Where it is not there, a command that adds
/// something makes it, as the first to use it may; any other is refused: not_found ("store").
Result<std::unique_ptr<store::Store>> open_for(const CLI::App& command,
                                               const server::Config& config, Metrics& metrics);

/// Lets `command` open the store as open_for() does, and do `work` on it.
void do_on_store(CLI::App& command, Context& context,
                 std::function<Result<void>(store::Store&)> work);

/// Lets `command` do `work` on a store in which a model is live: open_with_live_model().
void do_with_live_model(CLI::App& command, Context& context,
                        std::function<Result<void>(store::Store&)> work);

/// One of these two.
using OpenAndDo = void (*)(CLI::App& command, Context& context,
                           std::function<Result<void>(store::Store&)> work);

/// Lets the command name a project with --project; else the first one.
void add_project_option(CLI::App& command, std::string& slug);
/// Errors: not_found (field project).
Result<store::Project> project_named(store::ProjectStore& store, const std::string& slug);
/// The import that --import names; of one project alone, where one is given. Errors: invalid.
Result<store::Job> import_named(store::JobStore& store, const std::string& id,
                                std::optional<int> project = {});

void add_serve(CLI::App& program, Context& context);
void add_worker(CLI::App& program, Context& context);
void add_portal(CLI::App& program, Context& context);
void add_predict(CLI::App& program, Context& context);
void add_evaluate(CLI::App& program, Context& context);
void add_import(CLI::App& program, Context& context);
void add_export(CLI::App& program, Context& context);
void add_drawing(CLI::App& program, Context& context);
void add_project(CLI::App& program, Context& context);
/// To `project`, the command.
void add_project_quality(CLI::App& project, Context& context);
void add_project_duplicates(CLI::App& project, Context& context);
void add_project_look_alikes(CLI::App& project, Context& context);
void add_label(CLI::App& program, Context& context);
void add_model(CLI::App& program, Context& context);
/// To `model`, the command.
void add_model_remake(CLI::App& model, Context& context);
void add_model_work(CLI::App& model, Context& context);
void add_embed(CLI::App& program, Context& context);
void add_teach(CLI::App& program, Context& context);
void add_job(CLI::App& program, Context& context);
void add_user(CLI::App& program, Context& context);
void add_audit(CLI::App& program, Context& context);
void add_person(CLI::App& program, Context& context);
void add_migrate(CLI::App& program, Context& context);
void add_backup(CLI::App& program, Context& context);
void add_restore(CLI::App& program, Context& context);
void add_doctor(CLI::App& program, Context& context);

/// The whole program: parses, runs the command asked for, returns the exit status.
int run_program(int argc, char** argv);

/// "croquis: error: <detail> (<field>)" on standard error; returns ExitCode::failed, or wrong_usage
/// where it is about a setting that cannot be as it is.
int report(const Error& error);

}  // namespace croquis::cli
