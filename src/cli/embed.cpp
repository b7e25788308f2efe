#include <fmt/format.h>

#include <iostream>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "core/text.h"
#include "server/open.h"
#include "service/models/trunk.h"

/// `croquis embed`: stores the embeddings that drawings lack.
namespace croquis::cli {
namespace {

constexpr std::size_t most_named = 20;

int embed(store::Store& store, const std::string& slug) {
    const auto project = project_named(store, slug);
    if (!project) return report(project.error());
    auto bar = std::make_unique<ProgressBar>("Looking at drawings without an embedding");
    service::EmbedRequest request;
    request.project = project->id;
    request.control.progress = [&](std::size_t done, std::size_t all) { bar->show(done, all); };
    const auto embedded = service::embed_missing(store, request);
    bar.reset();
    if (!embedded) return report(embedded.error());
    std::cout << fmt::format("{} given an embedding, {} had one\n",
                             counted(embedded->added, "drawing was", "drawings were"),
                             embedded->had_one);
    const auto& unreadable = embedded->unreadable;
    for (std::size_t i = 0; i < std::min(most_named, unreadable.size()); ++i)
        std::cerr << fmt::format("croquis: {} cannot be read: {}\n",
                                 to_string(unreadable[i].drawing), unreadable[i].why);
    if (unreadable.size() > most_named)
        std::cerr << fmt::format("croquis: and {} more\n", unreadable.size() - most_named);
    return unreadable.empty() ? success : partly_failed;
}

}  // namespace

void add_embed(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand(
        "embed",
        "Store the embeddings that drawings lack, from which `croquis teach` learns. It can be\n"
        "stopped and started again at any time, and may run beside servers.");
    auto slug = std::make_shared<std::string>();
    add_project_option(*command, *slug);
    const auto config =
        own_settings(*command, server::Settings::store | server::Settings::model, context);
    command->callback([=, &context] {
        Metrics metrics;
        auto store = server::open_with_live_model(*config, metrics);
        context.exit_code = store ? embed(**store, *slug) : report(store.error());
    });
}

}  // namespace croquis::cli
