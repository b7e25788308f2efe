#include <iostream>

#include "cli/commands.h"
#include "cli/open.h"

namespace croquis::cli {
namespace {

int migrate(const Config& config, bool only_show) {
    if (only_show && !store_is_there(config)) {
        std::cout << "schema version 0: there is no database yet\n";
        return success;
    }
    Metrics metrics;
    auto store = open_quietly(config, metrics);
    if (!store) return report(store.error());
    if (!only_show) {
        const auto applied = (*store)->migrate();
        if (!applied) return report(applied.error());
        for (const auto& name : *applied) std::cout << "applied " << name << '\n';
    }
    const auto version = (*store)->schema_version();
    if (!version) return report(version.error());
    std::cout << "schema version " << *version << '\n';
    return success;
}

}  // namespace

void add_migrate(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand(
        "migrate", "Bring the store's schema up to date (serve does it too)");
    auto only_show = std::make_shared<bool>(false);
    command->add_flag("--show", *only_show, "Say the schema's version, change nothing");
    const auto config = own_settings(*command, Settings::store, context);
    command->callback([=, &context] { context.exit_code = migrate(*config, *only_show); });
}

}  // namespace croquis::cli
