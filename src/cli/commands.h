#pragma once

#include <CLI/CLI.hpp>

#include "cli/config.h"

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
    Config config;
    int exit_code = success;
};

void add_serve(CLI::App& program, Context& context);
void add_portal(CLI::App& program, Context& context);
void add_predict(CLI::App& program, Context& context);
void add_evaluate(CLI::App& program, Context& context);
void add_model(CLI::App& program, Context& context);
void add_user(CLI::App& program, Context& context);
void add_migrate(CLI::App& program, Context& context);
void add_doctor(CLI::App& program, Context& context);

/// "croquis: error: <detail> (<field>)" on standard error; returns ExitCode::failed.
int report(const Error& error);

}  // namespace croquis::cli
