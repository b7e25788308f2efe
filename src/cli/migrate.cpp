#include <iostream>

#include "cli/commands.h"
#include "server/open.h"
#include "store/sqlite_url.h"

namespace croquis::cli {
namespace {

/// Where the store is a server's, says what to do first: nothing was changed yet.
Result<void> back_up(store::Store& store, const server::Config& config) {
    const auto copied = store.back_up_before_migration();
    if (!copied) return copied.error();
    if (*copied) std::cout << "the store as it was: " << **copied << '\n';
    if (!config.store.starts_with(store::sqlite_scheme))
        std::cerr << "a backup before is advised: croquis backup croquis.backup\n";
    return {};
}

int migrate(const server::Config& config, bool only_show, bool with_backup) {
    if (only_show && !server::store_is_there(config)) {
        std::cout << "schema version 0: there is no database yet\n";
        return success;
    }
    Metrics metrics;
    auto store = server::open_quietly(config, metrics);
    if (!store) return report(store.error());
    if (!only_show) {
        if (with_backup)
            if (const auto kept = back_up(**store, config); !kept) return report(kept.error());
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
    auto no_backup = std::make_shared<bool>(false);
    command->add_flag("--no-backup", *no_backup,
                      "Do not copy an SQLite store to a file beside it first");
    const auto config = own_settings(*command, server::Settings::store, context);
    command->callback(
        [=, &context] { context.exit_code = migrate(*config, *only_show, !*no_backup); });
}

}  // namespace croquis::cli
