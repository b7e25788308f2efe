#include <algorithm>
#include <array>
#include <iostream>
#include <vector>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "core/build_info.h"
#include "core/logging.h"
#include "server/open.h"

namespace croquis::cli {
namespace {

/// What --config or CROQUIS_CONFIG names: it is read before the flags are, so that they override
/// it. Where the flag is wrong, nothing: the program's own parsing then says what is.
std::string config_file(int argc, char** argv) {
    CLI::App scan;
    scan.allow_extras();
    scan.set_help_flag();
    std::string file;
    scan.add_option("--config", file)->envname("CROQUIS_CONFIG");
    try {
        scan.parse(argc, argv);
    } catch (const CLI::ParseError&) {
        return {};
    }
    return file;
}

void describe(CLI::App& program) {
    program.require_subcommand(1);
    program.fallthrough();
    program.set_version_flag("--version", std::string("croquis ") + version());
    program.add_option("--config", "TOML file of settings")
        ->type_name("FILE")
        ->envname("CROQUIS_CONFIG");
    program.footer(
        "Settings come from flags, then the environment (CROQUIS_PORT for --port), then the TOML "
        "file of\n"
        "--config; `croquis serve --print-config` shows the result.\n"
        "Exit status: 0 done, 1 failed, 2 some of the inputs failed, 64 wrong usage or "
        "configuration.");
}

/// The program and what was asked for of it: a command, and of one with verbs the verb.
std::vector<const CLI::App*> asked_for(const CLI::App& program) {
    std::vector<const CLI::App*> asked{&program};
    while (!asked.back()->get_subcommands().empty())
        asked.push_back(asked.back()->get_subcommands().front());
    return asked;
}

/// What is lacking may have been meant by the first word that nothing takes: that is named.
int refuse_usage(const CLI::App& program, const CLI::ParseError& fault) {
    const auto words = program.remaining(true);
    if (words.empty()) return program.exit(fault) == 0 ? success : wrong_usage;
    const auto asked = asked_for(program);
    const auto verbs = asked.back()->get_subcommands(
        [](const CLI::App* each) { return !each->get_name().empty(); });
    std::cerr << "croquis: error: ";
    if (words.front().starts_with('-'))
        std::cerr << "there is no option \"" << words.front() << '"';
    else if (!verbs.empty())
        std::cerr << "there is no command \"" << words.front() << '"';
    else
        std::cerr << '"' << words.front() << "\" belongs to no option";
    std::cerr << "; see `croquis";
    for (std::size_t i = 1; i < asked.size(); ++i) std::cerr << ' ' << asked[i]->get_name();
    std::cerr << " --help`\n";
    return wrong_usage;
}

}  // namespace

std::shared_ptr<server::Config> own_settings(CLI::App& command, server::Settings settings,
                                             const Context& context) {
    auto config = std::make_shared<server::Config>(context.config);
    server::add_settings(command, settings, *config);
    return config;
}

Result<std::unique_ptr<store::Store>> open_for(const CLI::App& command,
                                               const server::Config& config, Metrics& metrics) {
    return command.get_name() == "add" ? server::open_migrated(config, metrics)
                                       : server::open_existing(config, metrics);
}

void do_on_store(CLI::App& command, Context& context,
                 std::function<Result<void>(store::Store&)> work) {
    const auto config = own_settings(command, server::Settings::store, context);
    command.callback([=, &command, &context, work = std::move(work)] {
        Metrics metrics;
        auto store = open_for(command, *config, metrics);
        const auto done = store ? work(**store) : Result<void>(store.error());
        context.exit_code = done ? success : report(done.error());
    });
}

void do_with_live_model(CLI::App& command, Context& context,
                        std::function<Result<void>(store::Store&)> work) {
    const auto config =
        own_settings(command, server::Settings::store | server::Settings::model, context);
    command.callback([=, &context, work = std::move(work)] {
        Metrics metrics;
        auto store = server::open_with_live_model(*config, metrics);
        const auto done = store ? work(**store) : Result<void>(store.error());
        context.exit_code = done ? success : report(done.error());
    });
}

namespace {

int parse_and_run(int argc, char** argv) {
    start_logging("warn", LogFormat::text);  // the servers then log as they are told to
    Context context;
    context.config = server::default_config();
    if (const std::string file = config_file(argc, argv); !file.empty()) {
        if (const auto read = server::read_config_file(file, context.config); !read) {
            report(read.error());
            return wrong_usage;
        }
    }
    CLI::App program("Croquis: recognises drawings, and learns from those who correct it.",
                     "croquis");
    describe(program);
    add_serve(program, context);
    add_worker(program, context);
    add_portal(program, context);
    add_predict(program, context);
    add_evaluate(program, context);
    add_import(program, context);
    add_export(program, context);
    add_drawing(program, context);
    add_project(program, context);
    add_label(program, context);
    add_model(program, context);
    add_embed(program, context);
    add_teach(program, context);
    add_job(program, context);
    add_user(program, context);
    add_audit(program, context);
    add_person(program, context);
    add_migrate(program, context);
    add_backup(program, context);
    add_restore(program, context);
    add_doctor(program, context);
    try {
        program.parse(argc, argv);
    } catch (const CLI::RequiredError& missing) {
        return refuse_usage(program, missing);
    } catch (const CLI::ParseError& stop) {
        return program.exit(stop) == 0 ? success : wrong_usage;
    }
    return context.exit_code;
}

}  // namespace

/// What could not be written is lost: whoever reads a file of it would take it for all that there
/// is.
int run_program(int argc, char** argv) {
    const int code = parse_and_run(argc, argv);
    if (std::cout.flush()) return code;
    std::cerr << "croquis: error: Not all of it could be written to standard output.\n";
    return code == success ? int{failed} : code;
}

namespace {

/// Whether it is a setting's value that cannot be, which is wrong whatever the world is like.
bool is_wrong_setting(const Error& error) {
    constexpr std::array settings{"store",       "secret",  "previous_secret", "secret_file",
                                  "backend_url", "no_jobs", "base_path"};
    return error.kind == ErrorKind::invalid &&
           std::find(settings.begin(), settings.end(), error.field) != settings.end();
}

}  // namespace

int report(const Error& error) {
    // It may name what others chose, as files of an archive.
    std::cerr << "croquis: error: " << printable_lines(error.detail);
    if (!error.field.empty()) std::cerr << " (" << error.field << ")";
    std::cerr << '\n';
    return is_wrong_setting(error) ? wrong_usage : failed;
}

}  // namespace croquis::cli
