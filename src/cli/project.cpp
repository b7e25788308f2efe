#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "cli/commands.h"
#include "core/text.h"
#include "identity/security_log.h"
#include "service/models/registry.h"
#include "service/projects/projects.h"
#include "service/quality/drift.h"
#include "service/quality/quality.h"
#include "service/quality/recheck.h"
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

Result<std::string> read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return Error{ErrorKind::not_found, "Cannot read " + path.string() + ".", "guidelines"};
    return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<service::ProjectEdit> edit_of(const ProjectArguments& arguments) {
    service::ProjectEdit edit;
    if (!arguments.name.empty()) edit.name = arguments.name;
    if (!arguments.guidelines.empty()) {
        auto text = read_text(arguments.guidelines);
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

/// "0.743 (0.459 to 0.950)".
std::string alpha_text(const learning::NominalAlpha& measured) {
    if (!measured.alpha) return "undefined";
    auto alpha = fmt::format("{:.3f}", *measured.alpha);
    if (!measured.low || !measured.high) return alpha;
    return fmt::format("{} ({:.3f} to {:.3f})", alpha, *measured.low, *measured.high);
}

Result<void> agreement(store::Store& store, const ProjectArguments& arguments) {
    const auto project = project_named(store, arguments.slug);
    if (!project) return project.error();
    const auto people = service::measure_people(store, *project);
    if (!people) return people.error();
    if (!*people)
        return Error{ErrorKind::conflict,
                     project->slug +
                         " wants one opinion of a drawing; with `croquis project "
                         "change --opinions` several people are asked.",
                     "opinions"};
    const auto& measured = (*people)->measured;
    std::cout << fmt::format("{} with {} of {}\n", counted(measured.units, "drawing", "drawings"),
                             counted(measured.answers, "opinion", "opinions"),
                             counted((*people)->people, "person", "people"));
    if (measured.units == 0) return {};
    std::cout << fmt::format("pairs of opinions that agree  {:.1f} %\n", 100 * measured.agreed)
              << "Krippendorff's alpha          " << alpha_text(measured) << '\n'
              << (measured.alpha ? "from 0.8 on it is good, from 0.667 on enough for tentative "
                                   "conclusions\n"
                                 : "all opinions are the same label\n");
    return {};
}

void tell_drift(const char* beside, const char* of, const learning::Drift& drift) {
    const bool told = drift.reference > 0 && drift.now > 0;
    const char* verdict = drift.is_beyond_chance() ? "changed" : "no change beyond chance";
    std::cout << fmt::format(
        "{:<10} {:<11} {:>8} {:>8} {:>8} {:>8}  {}\n", beside, of, drift.reference, drift.now,
        told ? fmt::format("{:.3f}", drift.index) : "",
        told ? fmt::format("{:.3f}", drift.by_chance) : "", told ? verdict : "nothing to compare");
}

Result<void> drift(store::Store& store, const ProjectArguments& arguments) {
    const auto project = project_named(store, arguments.slug);
    if (!project) return project.error();
    const auto live = service::answering_model(store, project->id);
    if (!live) return live.error();
    const auto found = service::measure_drift(store, project->id, *live, now());
    if (!found) return found.error();
    std::cout << fmt::format("drawings made since {} became live, beside others\n", live->id)
              << fmt::format("{:<10} {:<11} {:>8} {:>8} {:>8} {:>8}\n", "beside", "of", "others",
                             "since", "index", "chance");
    tell_drift("before", "labels", found->tags);
    tell_drift("before", "confidence", found->confidence);
    if (!found->training) {
        std::cout << "Its card keeps nothing of the drawings that it learnt from.\n";
        return {};
    }
    tell_drift("learnt", "labels", found->training->tags);
    tell_drift("learnt", "confidence", found->training->confidence);
    tell_drift("learnt", "embeddings", found->training->embeddings);
    return {};
}

void tell_findings(const char* what, const service::RecheckFindings& findings, bool judges) {
    const auto& agreed = findings.agreed;
    std::cout << fmt::format("{:<10} {:>8} {:>8} {:>24} {:>8} {:>8}  {}\n", what, agreed.all,
                             agreed.some, learning::to_text(agreed.interval()), findings.waiting,
                             findings.others, judges ? "judge" : "do not judge");
}

Result<void> recheck(store::Store& store, const ProjectArguments& arguments) {
    const auto project = project_named(store, arguments.slug);
    if (!project) return project.error();
    const auto found = service::measure_recheck(store, project->id);
    if (!found) return found.error();
    const auto reviews = service::judging_reviews(store, project->id);
    if (!reviews) return reviews.error();
    std::cout << fmt::format("{:<10} {:>8} {:>8} {:>24} {:>8} {:>8}  {}\n", "reviewed", "asked",
                             "agree", "95 of 100 times", "waiting", "others", "the others");
    tell_findings("in bulk", found->in_bulk, reviews->in_bulk);
    tell_findings("by import", found->imported, reviews->imported);
    std::cout << fmt::format(
        "from {:.0f} % on, with {} answers or more, they are as good as reviews one by one\n",
        100 * service::recheck_level, service::fewest_rechecked);
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
        ->check(CLI::IsMember({as_server}) | CLI::Range(0, service::most_teach_after));
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
    const auto verb = [&](const char* name, const char* help, Verb work,
                          OpenAndDo open = do_on_store) -> CLI::App& {
        auto* added = command->add_subcommand(name, help);
        open(*added, context, [=](store::Store& store) { return work(store, *arguments); });
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
    named(verb("agreement", "How far people agree who looked at the same drawings", agreement),
          "As list shows it");
    named(verb("recheck", "Whether reviews that nobody made one by one may judge", recheck),
          "As list shows it");
    named(verb("drift", "Whether drawings changed since the live model was promoted", drift,
               do_with_live_model),
          "As list shows it");
    add_project_quality(*command, context);
    add_project_duplicates(*command, context);
    add_project_look_alikes(*command, context);
    named(verb("archive", "Let it take no more drawings, and leave the lists", archive),
          "As list shows it")
        .add_flag("--undo", arguments->back, "Let it take drawings again");
}

}  // namespace croquis::cli
