#include <fmt/format.h>

#include <boost/json.hpp>
#include <iostream>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "core/text.h"
#include "identity/security_log.h"
#include "service/projects/labels.h"

/// A project's labels from the command line.
namespace croquis::cli {
namespace {

struct LabelArguments {
    std::string project;
    std::string name;
    std::string into;
    std::string title;
    std::string language = "en";
    std::string key;
    std::string colour;
    std::optional<std::string> new_key;
    std::optional<std::string> new_colour;
    std::optional<std::string> new_example;
    std::size_t position = 0;
    bool placed = false;
    bool again = false;
};

std::string titles_text(const std::string& titles) {
    boost::system::error_code failed;
    const auto read = boost::json::parse(titles, failed);
    std::string text;
    if (failed || !read.is_object()) return text;
    for (const auto& [language, title] : read.get_object())
        if (title.is_string())
            text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", std::string_view(language),
                                std::string_view(title.get_string()));
    return text;
}

void tell_label_change(const char* what, const std::string& name) {
    identity::tell(identity::Event::label_changed, {}, {{"by", "operator"}, {what, name}});
}

Result<void> list(store::Store& store, int project, const LabelArguments&) {
    const auto labels = store.labels(project);
    if (!labels) return labels.error();
    const auto counts = store.tag_counts(project);
    if (!counts) return counts.error();
    for (const auto& label : *labels) {
        std::int64_t drawings = 0;
        for (const auto& count : *counts)
            if (count.tag == label.name) drawings = count.drawings;
        std::cout << fmt::format("{:<20} {:<2} {:<8} {:>9} {:<8} {}\n", label.name,
                                 label.key.value_or("-"), label.colour.value_or("-"), drawings,
                                 label.retired ? "retired" : "offered", titles_text(label.titles));
    }
    return {};
}

Result<void> add(store::Store& store, int project, const LabelArguments& arguments) {
    service::NewLabel label;
    label.name = arguments.name;
    if (!arguments.title.empty()) label.titles[arguments.language] = arguments.title;
    label.colour = given(arguments.colour);
    label.key = given(arguments.key);
    if (arguments.placed) label.position = arguments.position;
    const auto added = service::add_label(store, label, project);
    if (!added) return added.error();
    tell_label_change("added", added->name);
    std::cout << "added " << added->name << '\n';
    return {};
}

Result<void> rename(store::Store& store, int project, const LabelArguments& arguments) {
    service::LabelEdit edit;
    edit.titles = service::Titles{{arguments.language, arguments.title}};
    const auto renamed = service::change_label(store, arguments.name, edit, project);
    if (!renamed) return renamed.error();
    tell_label_change("changed", renamed->name);
    std::cout << renamed->name << " is called " << titles_text(renamed->titles) << '\n';
    return {};
}

/// "none" is none. Errors: invalid ("example").
Result<std::optional<Uuid>> example_in(const std::string& text) {
    if (text == "none") return std::optional<Uuid>();
    const auto id = Uuid::parse(text);
    if (!id) return Error{ErrorKind::invalid, text + " is no drawing's id.", "example"};
    return id;
}

/// What is given of key, colour, example and place; an empty key or colour takes it away.
Result<void> change(store::Store& store, int project, const LabelArguments& arguments) {
    service::LabelEdit edit;
    if (arguments.new_colour) edit.colour = given(*arguments.new_colour);
    if (arguments.new_key) edit.key = given(*arguments.new_key);
    if (arguments.new_example) {
        const auto example = example_in(*arguments.new_example);
        if (!example) return example.error();
        edit.example = *example;
    }
    if (arguments.placed) edit.position = arguments.position;
    const auto changed = service::change_label(store, arguments.name, edit, project);
    if (!changed) return changed.error();
    tell_label_change("changed", changed->name);
    std::cout << "changed " << changed->name << '\n';
    return {};
}

Result<void> retire(store::Store& store, int project, const LabelArguments& arguments) {
    service::LabelEdit edit;
    edit.retired = !arguments.again;
    const auto retired = service::change_label(store, arguments.name, edit, project);
    if (!retired) return retired.error();
    tell_label_change("changed", retired->name);
    std::cout << retired->name << (retired->retired ? " is retired\n" : " is offered again\n");
    return {};
}

/// How many drawings carry it, for the progress alone.
std::size_t count_of(store::Store& store, int project, const std::string& name) {
    const auto counts = store.tag_counts(project);
    if (!counts) return 0;
    for (const auto& count : *counts)
        if (count.tag == name) return static_cast<std::size_t>(count.drawings);
    return 0;
}

Result<void> merge(store::Store& store, int project, const LabelArguments& arguments) {
    const auto all = count_of(store, project, arguments.name);
    ProgressBar progress("merging");
    std::size_t moved = 0;
    for (bool done = false; !done;) {
        const auto step = service::merge_label(store, arguments.name, arguments.into,
                                               store::operator_author(), project);
        if (!step) return step.error();
        moved += step->moved;
        done = step->done;
        progress.show(moved, std::max(all, moved));
    }
    tell_label_change("merged", arguments.name);
    std::cout << fmt::format("{} is retired; {} {} now\n", arguments.name,
                             counted(moved, "of its drawings is", "of its drawings are"),
                             arguments.into);
    return {};
}

using LabelVerb = Result<void> (*)(store::Store&, int project, const LabelArguments&);

CLI::App& add_verb(CLI::App& command, const char* name, const char* help, LabelVerb work,
                   const std::shared_ptr<LabelArguments>& arguments, Context& context) {
    auto* verb = command.add_subcommand(name, help);
    add_project_option(*verb, arguments->project);
    do_on_store(*verb, context, [=](store::Store& store) -> Result<void> {
        const auto project = project_named(store, arguments->project);
        if (!project) return project.error();
        return work(store, project->id, *arguments);
    });
    return *verb;
}

void add_position(CLI::App& verb, LabelArguments& arguments) {
    verb.add_option_function<std::size_t>(
        "--position",
        [&arguments](std::size_t position) {
            arguments.position = position;
            arguments.placed = true;
        },
        "Its place among the labels, 0 for the first; an added one is else the last");
}

void add_add_options(CLI::App& verb, LabelArguments& arguments) {
    verb.add_option("NAME", arguments.name, "What programs call it, for ever")->required();
    verb.add_option("--title", arguments.title, "What people call it");
    verb.add_option("--language", arguments.language, "Of the title")->capture_default_str();
    verb.add_option("--key", arguments.key, "0 to 9 or a to z, but for u");
    verb.add_option("--colour", arguments.colour, "As in #3451c6");
    add_position(verb, arguments);
}

}  // namespace

void add_label(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand("label", "List, add and change a project's labels");
    command->require_subcommand(1);
    auto arguments = std::make_shared<LabelArguments>();
    const auto verb = [&](const char* name, const char* help, LabelVerb work) -> CLI::App& {
        return add_verb(*command, name, help, work, arguments, context);
    };
    const auto named = [&](CLI::App& of) -> CLI::App& {
        of.add_option("NAME", arguments->name, "As list shows it")->required();
        return of;
    };
    verb("list", "List the labels, with keys, colours, drawings and titles", list);
    add_add_options(verb("add", "Add a label; any drawing may be given it at once", add),
                    *arguments);
    auto& renaming =
        named(verb("rename", "Change what people call it; its name never changes", rename));
    renaming.add_option("TITLE", arguments->title, "What people call it")->required();
    renaming.add_option("--language", arguments->language, "Of the title")->capture_default_str();
    auto& changing = named(verb("change", "Change its key, colour, example or place", change));
    changing.add_option("--key", arguments->new_key, "0 to 9 or a to z, but for u; none: \"\"");
    changing.add_option("--colour", arguments->new_colour, "As in #3451c6; none: \"\"");
    changing
        .add_option("--example", arguments->new_example,
                    "The drawing of the project that shows what it means")
        ->type_name("ID|none");
    add_position(changing, *arguments);
    named(verb("retire", "Offer it no more; drawings keep it", retire))
        .add_flag("--undo", arguments->again, "Offer it again");
    named(verb("merge", "Retire it, and give its drawings another label", merge))
        .add_option("INTO", arguments->into, "The label that its drawings get")
        ->required();
}

}  // namespace croquis::cli
