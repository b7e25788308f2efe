#include <fmt/format.h>

#include <iostream>

#include "cli/commands.h"
#include "cli/output_file.h"
#include "cli/terminal.h"
#include "core/text.h"
#include "service/people/people.h"

/// A person's data, by pseudonym.
namespace croquis::cli {
namespace {

struct PersonArguments {
    std::string pseudonym;
    std::string output = "-";
    bool sure = false;
};

Result<void> export_person(store::Store& store, const PersonArguments& arguments) {
    const auto person =
        service::PersonExport::begin(store, arguments.pseudonym, store::operator_author());
    if (!person) return person.error();
    OutputFile file(arguments.output, NewFile::Readers::owner);
    for (;;) {
        const auto lines = (*person)->next();
        if (!lines) return lines.error();
        if (lines->empty()) return file.keep();
        if (const auto written = file.write(as_bytes(*lines)); !written) return written.error();
    }
}

Result<void> erase_person(store::Store& store, const PersonArguments& arguments) {
    if (!arguments.sure)
        return Error{ErrorKind::invalid, "This cannot be undone: say so with --yes.", "--yes"};
    std::size_t drawings = 0;
    std::size_t events = 0;
    ProgressBar bar("Erasing");
    for (;;) {
        const auto step =
            service::erase_person(store, arguments.pseudonym, store::operator_author());
        if (!step) return step.error();
        drawings += step->drawings;
        events += step->events;
        if (step->done) break;
        bar.show(drawings + events, drawings + events + 1);
    }
    std::cout << fmt::format("{} deleted, a name taken out of {}\n",
                             counted(drawings, "drawing", "drawings"),
                             counted(events, "event", "events"));
    return {};
}

}  // namespace

void add_person(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand(
        "person", "What is kept of somebody who is known by a pseudonym alone");
    command->require_subcommand(1);
    const auto given = std::make_shared<PersonArguments>();
    auto* exported = command->add_subcommand(
        "export", "Write their drawings and what they said of others', as JSON lines");
    exported->add_option("PSEUDONYM", given->pseudonym, "As drawings have it")->required();
    exported
        ->add_option("-o,--output", given->output,
                     "A file, of the owner alone; - for standard output")
        ->capture_default_str();
    do_on_store(*exported, context,
                [given](store::Store& store) { return export_person(store, *given); });
    auto* erased = command->add_subcommand(
        "erase", "Delete their drawings for good, and take the name out of others' histories");
    erased->add_option("PSEUDONYM", given->pseudonym, "As drawings have it")->required();
    erased->add_flag("--yes", given->sure, "It cannot be undone");
    do_on_store(*erased, context,
                [given](store::Store& store) { return erase_person(store, *given); });
}

}  // namespace croquis::cli
