#include <sodium.h>

#include <cstdio>
#include <iostream>

#include "cli/commands.h"

namespace {

using namespace croquis::cli;

/// The file that --config or CROQUIS_CONFIG names is read before the flags are, so that they
/// override it.
std::string config_file(int argc, char** argv) {
    CLI::App scan;
    scan.allow_extras();
    scan.set_help_flag();
    std::string file;
    scan.add_option("--config", file)->envname("CROQUIS_CONFIG");
    scan.parse(argc, argv);
    return file;
}

void describe(CLI::App& program) {
    program.require_subcommand(1);
    program.set_version_flag("--version", std::string("croquis ") + CROQUIS_VERSION);
    program.footer(
        "Settings come from flags, then the environment (CROQUIS_PORT for --port), then the TOML "
        "file of\n"
        "--config; `croquis serve --print-config` shows the result.\n"
        "Exit status: 0 done, 1 failed, 2 some of the inputs failed, 64 wrong usage or "
        "configuration.");
}

int run(int argc, char** argv) {
    Context context;
    context.config = default_config();
    const std::string file = config_file(argc, argv);
    if (!file.empty()) {
        if (const auto read = croquis::cli::read_config_file(file, context.config); !read) {
            report(read.error());
            return wrong_usage;
        }
    }
    CLI::App program("Croquis: recognises drawings, and learns from those who correct it.",
                     "croquis");
    describe(program);
    std::string shown_file;
    program.add_option("--config", shown_file, "TOML file of settings")->envname("CROQUIS_CONFIG");
    program.fallthrough();
    add_serve(program, context);
    add_portal(program, context);
    add_predict(program, context);
    add_evaluate(program, context);
    add_model(program, context);
    add_user(program, context);
    add_migrate(program, context);
    add_doctor(program, context);
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& stop) {
        return program.exit(stop) == 0 ? success : wrong_usage;
    }
    return context.exit_code;
}

}  // namespace

int croquis::cli::report(const croquis::Error& error) {
    std::cerr << "croquis: error: " << error.detail;
    if (!error.field.empty()) std::cerr << " (" << error.field << ")";
    std::cerr << '\n';
    return failed;
}

int main(int argc, char** argv) {
    if (sodium_init() < 0) {
        std::fputs("croquis: error: libsodium cannot start\n", stderr);
        return failed;
    }
    try {
        return run(argc, argv);
    } catch (const std::exception& thrown) {
        std::cerr << "croquis: error: " << thrown.what() << '\n';
        return failed;
    }
}
