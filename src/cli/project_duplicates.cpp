#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "core/text.h"
#include "service/models/trunk.h"
#include "service/similarity/duplicate_dismissals.h"
#include "service/similarity/duplicates.h"
#include "store/asking.h"

/// Near duplicates from the command line.
namespace croquis::cli {
namespace {

struct DuplicatesArguments {
    std::string slug;
    std::size_t limit = 12;
    bool dismissed = false;
    bool json = false;
    std::string dismiss;
    std::string restore;
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

Result<service::Duplicates> find_duplicates(store::Store& store, int project, std::size_t limit) {
    const auto trunk = service::trunk_in(store, project);
    if (!trunk) return trunk.error();
    // Of a network without an embedding, the pictures alone are compared.
    return service::DuplicateBoard().of(store, project, *trunk, limit);
}

void print(const service::Duplicates& found) {
    std::cout << fmt::format("{} looked at: {} in {} nearly the same, {} of them contradicting\n",
                             counted(found.looked_at, "drawing", "drawings"), found.drawings,
                             counted(found.groups, "group that is", "groups that are"),
                             found.contradicting);
    if (found.crossing > 0)
        std::cout << fmt::format(
            "in {} drawings that judge models ({}) are nearly the same as some that they learn "
            "from\n",
            counted(found.crossing, "group", "groups"), found.judging);
    if (found.dismissed > 0)
        std::cout << fmt::format("{} not of duplicates, as people said (--dismissed)\n",
                                 counted(found.dismissed, "more group is", "more groups are"));
    for (const auto& group : found.listed) print_group(group);
}

Result<void> show_duplicates(store::Store& store, int project,
                             const DuplicatesArguments& arguments) {
    const auto found = find_duplicates(store, project, arguments.limit);
    if (!found) return found.error();
    if (arguments.json)
        std::cout << boost::json::serialize(service::to_json(*found)) << '\n';
    else
        print(*found);
    return {};
}

Result<void> print_dismissed(store::Store& store, int project, std::size_t limit) {
    const auto groups = service::dismissed_groups(store, project, limit);
    if (!groups) return groups.error();
    for (const auto& [dismissal, drawings] : *groups) {
        std::cout << fmt::format("{}  {}  {}\n", to_string(dismissal.id),
                                 to_rfc3339(time_of(dismissal.id)),
                                 dismissal.by ? dismissal.by->name : "-");
        for (const auto& drawing : drawings)
            std::cout << fmt::format("  {}  {}\n", to_string(drawing.id), drawing.tag);
    }
    if (groups->empty()) std::cout << "none\n";
    return {};
}

/// The group that has a drawing of this id.
Result<void> dismiss_group(store::Store& store, int project, const Uuid& id) {
    const auto found = find_duplicates(store, project, service::most_duplicate_groups);
    if (!found) return found.error();
    for (const auto& group : found->listed) {
        std::vector<Uuid> drawings = group.others;
        for (const auto& duplicate : group.drawings) drawings.push_back(duplicate.drawing.id);
        if (std::find(drawings.begin(), drawings.end(), id) == drawings.end()) continue;
        const auto count = drawings.size();
        const auto dismissed = service::dismiss_duplicates(store, project, std::move(drawings),
                                                           store::operator_author());
        if (!dismissed) return dismissed.error();
        std::cout << fmt::format("{} drawings are no duplicates; --restore {} takes it back\n",
                                 count, to_string(dismissed->id));
        return {};
    }
    return Error{ErrorKind::not_found, "None of the groups has a drawing of this id.", "dismiss"};
}

Result<void> restore_group(store::Store& store, int project, const Uuid& id) {
    auto restored = service::restore_duplicates(store, id, project, store::operator_author());
    if (restored) std::cout << "the group is told again\n";
    return restored;
}

Result<void> do_duplicates(store::Store& store, const DuplicatesArguments& arguments) {
    const auto project = project_named(store, arguments.slug);
    if (!project) return project.error();
    for (const auto& [text, work] : {std::pair(&arguments.dismiss, &dismiss_group),
                                     std::pair(&arguments.restore, &restore_group)}) {
        if (text->empty()) continue;
        const auto id = Uuid::parse(*text);
        if (!id) return id.error();
        return work(store, project->id, *id);
    }
    return arguments.dismissed ? print_dismissed(store, project->id, arguments.limit)
                               : show_duplicates(store, project->id, arguments);
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
    auto* dismissed = verb->add_flag("--dismissed", arguments->dismissed,
                                     "List the groups that are no duplicates, as people said");
    auto* dismiss_option =
        verb->add_option("--dismiss", arguments->dismiss,
                         "Say that the group that has this drawing is no group of duplicates")
            ->type_name("DRAWING")
            ->excludes(dismissed);
    verb->add_option("--restore", arguments->restore, "Take that back, as --dismissed lists it")
        ->type_name("ID")
        ->excludes(dismissed)
        ->excludes(dismiss_option);
    verb->add_flag("--json", arguments->json, "Print what was found as JSON")
        ->excludes(dismissed)
        ->excludes(dismiss_option);
    do_with_live_model(*verb, context,
                       [=](store::Store& store) { return do_duplicates(store, *arguments); });
}

}  // namespace croquis::cli
