#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "service/duplicates.h"
#include "service/trunk.h"
#include "store/asking.h"

/// Near duplicates from the command line.
namespace croquis::cli {
namespace {

struct DuplicatesArguments {
    std::string slug;
    std::size_t limit = 12;
};

/// "circle 3, star 1".
std::string tags_text(const service::DuplicateGroup& group) {
    std::string text;
    for (const auto& [tag, drawings] : group.tags)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", tag, drawings);
    return text.empty() ? "not reviewed" : text;
}

void print_group(const service::DuplicateGroup& group) {
    std::cout << fmt::format("\n{} drawings{}: {}{}{}\n", group.size,
                             group.same_picture ? ", one picture" : "", tags_text(group),
                             group.contradicts() ? " (contradicting)" : "",
                             group.crosses() ? "; some judge, some are learnt from" : "");
    for (const auto& [drawing, similarity] : group.drawings)
        std::cout << fmt::format("  {}  {:.3f}  {:<5}  {:<10}  {}\n", to_string(drawing.id),
                                 similarity, store::judges(drawing.id) ? "judge" : "learn",
                                 drawing.tagged_by ? "reviewed" : "unreviewed", drawing.tag);
    if (group.size > group.drawings.size())
        std::cout << fmt::format("  and {} more\n", group.size - group.drawings.size());
}

Result<void> print_duplicates(store::Store& store, const DuplicatesArguments& arguments) {
    const auto project = project_named(store, arguments.slug);
    if (!project) return project.error();
    const auto trunk = service::Trunk::of_live_model(store, project->id);
    // Of a network without an embedding, the pictures alone are compared.
    if (!trunk && trunk.error().kind != ErrorKind::malformed) return trunk.error();
    const auto found =
        service::DuplicateBoard().of(store, project->id, trunk ? trunk->id() : "", arguments.limit);
    if (!found) return found.error();
    std::cout << fmt::format(
        "{} drawings looked at: {} in {} groups that are nearly the same, {} of them "
        "contradicting\n",
        found->looked_at, found->drawings, found->groups, found->contradicting);
    if (found->crossing > 0)
        std::cout << fmt::format(
            "in {} groups drawings that judge models ({}) are nearly the same as some that they "
            "learn from\n",
            found->crossing, found->judging);
    for (const auto& group : found->listed) print_group(group);
    return {};
}

}  // namespace

void add_project_duplicates(CLI::App& project, Context& context) {
    auto arguments = std::make_shared<DuplicatesArguments>();
    auto* verb = project.add_subcommand(
        "duplicates", "Drawings that are nearly the same, those first that people tag differently");
    verb->add_option("SLUG", arguments->slug, "As list shows it")->required();
    verb->add_option("--limit", arguments->limit, "Groups that are listed")
        ->check(CLI::Range(std::size_t{1}, service::most_duplicate_groups))
        ->capture_default_str();
    do_on_store(*verb, context,
                [=](store::Store& store) { return print_duplicates(store, *arguments); });
}

}  // namespace croquis::cli
