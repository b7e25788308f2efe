#include <fmt/format.h>

#include <iostream>

#include "cli/commands.h"
#include "core/files.h"
#include "core/number.h"
#include "core/text.h"
#include "identity/security_log.h"
#include "service/models/registry.h"
#include "service/projects/projects.h"
#include "store/records.h"

/// Projects from the command line, and the option that names one.
namespace croquis::cli {
namespace {

constexpr const char* as_server = "server";

struct ProjectArguments {
    std::string slug;
    std::string name;
    std::filesystem::path guidelines;
    std::string who_draws;
    std::string who_browses;
    int opinions_wanted = 0;
    int retention_days = 0;
    std::string rolls_back;
    std::string teach_after;
    std::string promotes_better;
    bool keep = false;
    bool back = false;
};

void tell_project_change(const char* what, const std::string& slug) {
    identity::tell(identity::Event::project_changed, {}, {{"by", "operator"}, {what, slug}});
}

/// CLI11's way to check --teach-after. CLI::Range takes "0x10" for a number, of which std::stoi
/// reads the 0.
std::string wrong_teach_after(const std::string& text) {
    const auto reviews = number<int>(text);
    if (text == as_server || (reviews && *reviews >= 0 && *reviews <= service::most_teach_after))
        return {};
    return fmt::format("It is {} or a number from 0 to {}, not \"{}\"", as_server,
                       service::most_teach_after, text);
}

Result<service::ProjectEdit> edit_of(const ProjectArguments& arguments) {
    service::ProjectEdit edit;
    if (!arguments.name.empty()) edit.name = arguments.name;
    if (!arguments.guidelines.empty()) {
        auto text = read_file(arguments.guidelines, service::max_guidelines_bytes, "guidelines");
        if (!text) return text.error();
        edit.guidelines = std::move(*text);
    }
    for (const auto& [text, into] : {std::pair(&arguments.who_draws, &edit.who_draws),
                                     std::pair(&arguments.who_browses, &edit.who_browses)}) {
        if (text->empty()) continue;
        const auto access = service::parse_access(*text, "who");
        if (!access) return access.error();
        *into = *access;
    }
    if (arguments.opinions_wanted != 0) edit.opinions_wanted = arguments.opinions_wanted;
    if (arguments.retention_days != 0) edit.retention_days = arguments.retention_days;
    if (!arguments.rolls_back.empty()) edit.rolls_back = arguments.rolls_back == "yes";
    if (arguments.keep) edit.retention_days = std::optional<int>();
    if (arguments.teach_after == as_server)
        edit.teach_after = std::optional<int>();
    else if (!arguments.teach_after.empty())
        edit.teach_after = std::stoi(arguments.teach_after);
    if (!arguments.promotes_better.empty())
        edit.promotes_better = arguments.promotes_better == "yes";
    return edit;
}

Result<void> list(store::Store& store, const ProjectArguments&) {
    const auto projects = store.projects();
    if (!projects) return projects.error();
    std::cout << fmt::format("{:<24} {:<9} {:<9} {:<9} {:>9}  {:<28} {}\n", "slug", "draws",
                             "browses", "state", "drawings", "model", "name");
    for (const auto& project : *projects) {
        const auto counts = store.tag_counts(project.id);
        if (!counts) return counts.error();
        std::int64_t drawings = 0;
        for (const auto& count : *counts) drawings += count.drawings;
        std::cout << fmt::format("{:<24} {:<9} {:<9} {:<9} {:>9}  {:<28} {}\n", project.slug,
                                 store::to_string(project.who_draws),
                                 store::to_string(project.who_browses),
                                 project.archived_at ? "archived" : "open", drawings,
                                 project.live_model.value_or("the general one"), project.name);
    }
    return {};
}

Result<void> add(store::Store& store, const ProjectArguments& arguments) {
    const auto edit = edit_of(arguments);
    if (!edit) return edit.error();
    const auto added = service::add_project(store, arguments.slug, *edit);
    if (!added) return added.error();
    tell_project_change("added", added->slug);
    std::cout << fmt::format(
        "added {0}; its page is /p/{0}, `croquis label add --project {0}` "
        "gives it labels\n",
        added->slug);
    return {};
}

Result<void> change(store::Store& store, const ProjectArguments& arguments) {
    const auto edit = edit_of(arguments);
    if (!edit) return edit.error();
    const auto changed = service::change_project(store, arguments.slug, *edit);
    if (!changed) return changed.error();
    tell_project_change("changed", changed->slug);
    std::cout << "changed " << changed->slug << '\n';
    return {};
}

Result<void> archive(store::Store& store, const ProjectArguments& arguments) {
    service::ProjectEdit edit;
    edit.archived = !arguments.back;
    const auto changed = service::change_project(store, arguments.slug, edit);
    if (!changed) return changed.error();
    tell_project_change("changed", changed->slug);
    std::cout << changed->slug
              << (changed->archived_at ? " is archived\n" : " takes drawings again\n");
    return {};
}

void add_edit_options(CLI::App& verb, ProjectArguments& arguments) {
    const std::vector<std::string> accesses{"everyone", "link", "users"};
    verb.add_option("--name", arguments.name, "What people call it");
    verb.add_option("--guidelines", arguments.guidelines, "A Markdown file, shown beside the work")
        ->type_name("FILE");
    verb.add_option("--who-draws", arguments.who_draws,
                    "everyone, link (whoever has its address) or users (those who sign in)")
        ->check(CLI::IsMember(accesses));
    verb.add_option("--who-browses", arguments.who_browses, "The same for looking at its drawings")
        ->check(CLI::IsMember(accesses));
    verb.add_option("--opinions", arguments.opinions_wanted, "People who look at a drawing")
        ->check(CLI::Range(1, service::most_opinions_wanted));
    auto* days =
        verb.add_option("--retention-days", arguments.retention_days, "Drawings are kept so long")
            ->check(CLI::Range(1, service::most_retention_days));
    verb.add_option("--roll-back", arguments.rolls_back,
                    "yes: go back to the model before by itself, where people agree less with the "
                    "live one beyond chance")
        ->check(CLI::IsMember({"yes", "no"}));
    verb.add_option("--teach-after", arguments.teach_after,
                    "Teach a model after so many reviewed drawings; 0 for never, server for as "
                    "serve --teach-after says")
        ->type_name("N|server")
        ->check(wrong_teach_after);
    verb.add_option("--promote-better", arguments.promotes_better,
                    "yes: what is taught like that goes live by itself, where it is better beyond "
                    "chance, loses no label and is worse on none")
        ->check(CLI::IsMember({"yes", "no"}));
    verb.add_flag("--keep", arguments.keep, "Drawings are kept for ever")->excludes(days);
}

}  // namespace

void add_project_option(CLI::App& command, std::string& slug) {
    slug = service::shapes_slug;
    command.add_option("--project", slug, "The project, by its slug")
        ->type_name("SLUG")
        ->capture_default_str();
}

Result<store::Project> project_named(store::ProjectStore& store, const std::string& slug) {
    auto project = store.project(slug);
    if (!project && project.error().kind == ErrorKind::not_found)
        return Error{
            ErrorKind::not_found,
            fmt::format("There is no project {}; `croquis project list` lists them.", slug),
            "project"};
    return project;
}

void add_project(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand("project", "List, add, change and archive projects");
    command->require_subcommand(1);
    auto arguments = std::make_shared<ProjectArguments>();
    using Verb = Result<void> (*)(store::Store&, const ProjectArguments&);
    const auto verb = [&](const char* name, const char* help, Verb work) -> CLI::App& {
        auto* added = command->add_subcommand(name, help);
        do_on_store(*added, context, [=](store::Store& store) { return work(store, *arguments); });
        return *added;
    };
    const auto named = [&](CLI::App& of, const char* help) -> CLI::App& {
        of.add_option("SLUG", arguments->slug, help)->required();
        return of;
    };
    verb("list", "List the projects, with who may draw and browse, drawings and models", list);
    add_edit_options(named(verb("add", "Add a project, without labels", add),
                           "What it is called in addresses, for ever: a-z, 0-9 and -"),
                     *arguments);
    add_edit_options(named(verb("change", "Change what is named", change), "As list shows it"),
                     *arguments);
    add_project_quality(*command, context);
    add_project_duplicates(*command, context);
    add_project_look_alikes(*command, context);
    named(verb("archive", "Let it take no more drawings, and leave the lists", archive),
          "As list shows it")
        .add_flag("--undo", arguments->back, "Let it take drawings again");
}

}  // namespace croquis::cli
