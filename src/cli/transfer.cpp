#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <limits>
#include <thread>
#include <utility>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/output_file.h"
#include "cli/terminal.h"
#include "core/characters.h"
#include "core/text.h"
#include "server/open.h"
#include "service/models/registry.h"
#include "service/people/audit.h"
#include "service/transfer/export.h"
#include "service/transfer/import.h"

namespace croquis::cli {
namespace {

using dataset::Format;

/// In one transaction. Twice as many as a job of the server's, which others wait beside.
constexpr std::size_t imported_at_once = 512;

const std::vector<std::pair<std::string, service::LabelsAs>> meanings{
    {"reviewed", service::LabelsAs::reviewed},
    {"suggested", service::LabelsAs::suggested},
    {"ignore", service::LabelsAs::ignored}};

struct ImportArguments {
    std::string project;
    std::filesystem::path path;
    std::string format;
    std::filesystem::path pictures;
    service::LabelsAs labels_as = service::LabelsAs::reviewed;
    std::string new_labels = "refuse";
    std::vector<std::string> map;
    std::string as;
    std::string pseudonym;
    std::string path_column;
    std::string label_column;
    dataset::ArchiveLimits archive;
    bool dry_run = false;
    bool as_json = false;
};

/// Two flags of which one at most is given.
struct Either {
    bool yes = false, no = false;
    [[nodiscard]] std::optional<bool> chosen() const {
        return yes || no ? std::optional(yes) : std::nullopt;
    }
};

struct ExportArguments {
    std::string project;
    std::string format;
    std::filesystem::path output;
    std::string tag, source, tagged_by, tagged_since, from, until, split, external_id, file_name,
        name_contains, import_job;
    std::optional<float> min_confidence, max_confidence;
    Either reviewed, disagreement, disputed, flagged, imported;
};

Result<service::ImportOptions> import_options(store::Store& store,
                                              const ImportArguments& arguments) {
    const auto project = project_named(store, arguments.project);
    if (!project) return project.error();
    service::ImportOptions options;
    options.project = project->id;
    options.labels_as = arguments.labels_as;
    options.make_labels = arguments.new_labels == "make";
    options.pseudonym = arguments.pseudonym;
    options.dry_run = arguments.dry_run;
    options.drawing_threads = std::thread::hardware_concurrency();
    options.at_once = imported_at_once;
    for (const auto& pair : arguments.map) {
        const auto equals = pair.find('=');
        options.map[pair.substr(0, equals)] = pair.substr(equals + 1);
    }
    if (arguments.as.empty()) return options;
    const auto user = store.user_by_name(arguments.as);
    if (!user && user.error().kind == ErrorKind::not_found)
        return Error{
            ErrorKind::not_found,
            fmt::format("There is no user {}; `croquis user list` lists them.", arguments.as),
            "as"};
    if (!user) return user.error();
    options.by = user->name;
    options.by_id = user->id;
    return options;
}

dataset::ReadOptions read_options(const server::Config& config, const ImportArguments& arguments) {
    dataset::ReadOptions options;
    options.max_image_bytes = config.max_image_bytes;
    options.format = dataset::format_from(arguments.format);
    options.pictures = arguments.pictures;
    options.path_column = arguments.path_column;
    options.label_column = arguments.label_column;
    options.archive = arguments.archive;
    return options;
}

std::string to_text(const service::ImportReport& report, bool dry_run) {
    auto text = fmt::format("{}: {}\n  {:<14} {}\n  {:<14} {}\n  {:<14} {}\n", report.format,
                            counted(report.records, "record", "records"),
                            dry_run ? "to store" : "stored", report.stored, "there already",
                            report.already_there, "rejected", report.rejected);
    const auto line = [&](const char* what, std::size_t count) {
        if (count > 0) text += fmt::format("  {:<14} {}\n", what, count);
    };
    line("reviewed", report.reviewed);
    line("suggested", report.suggested);
    line("several labels", report.several_labels);
    line("labelled", report.labelled);
    line("kept", report.kept);
    line("disputed", report.disputed);
    line("system files", report.litter);
    for (const auto& [label, count] : report.labels)
        text += fmt::format("    {:<20} {}\n", label, count);
    if (!report.new_labels.empty())
        text += fmt::format("  {}: {}\n", dry_run ? "labels to make" : "labels made",
                            fmt::join(report.new_labels, ", "));
    return text;
}

/// As a shell takes it for one word.
std::string shell_word(const std::string& text) {
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.' || c == '=';
    });
    if (plain) return text;
    std::string word = "'";
    for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
}

/// What the project lacks, a line a word, and what can be done about it.
void say_unknown_labels(const service::ImportReport& report) {
    for (const auto& [word, unknown] : report.unknown_labels)
        std::cerr << fmt::format("croquis: {}: {}; --new-labels make, or --map {}\n",
                                 printable(word), counted(unknown.drawings, "drawing", "drawings"),
                                 shell_word(word + "=" + unknown.alike.value_or("LABEL")));
    if (report.unknown_labels_left_out > 0)
        std::cerr << fmt::format(
            "croquis: {} other words that are no label\n",
            counted(report.unknown_labels_left_out, "drawing more has", "drawings more have"));
}

/// The store that both commands work on.
struct Opened {
    std::unique_ptr<store::Store> store;
    std::unique_ptr<store::Transfer> transfer;
};

Result<Opened> open_both(Result<std::unique_ptr<store::Store>> store,
                         const server::Config& config) {
    Opened opened;
    if (!store) return store.error();
    opened.store = std::move(*store);
    auto transfer = store::open_transfer(config.store);
    if (!transfer) return transfer.error();
    opened.transfer = std::move(*transfer);
    return opened;
}

/// Nobody else asks this batcher, and the import waits for each answer: nothing is to be refused.
recognition::BatcherOptions patient(const server::Config& config) {
    recognition::BatcherOptions options;
    options.limits = server::batcher_options(config).limits;
    options.max_waiting_work = std::numeric_limits<std::size_t>::max();
    options.max_wait = std::chrono::hours(24);
    return options;
}

Result<service::ImportReport> imported(const server::Config& config,
                                       const ImportArguments& arguments) {
    Metrics metrics;
    auto opened = open_both(server::open_migrated(config, metrics), config);
    if (!opened) return opened.error();
    const auto options = import_options(*opened->store, arguments);
    if (!options) return options.error();
    auto reader = dataset::open_reader(arguments.path, read_options(config, arguments));
    if (!reader) return reader.error();
    auto model = service::live_model(*opened->store, config.model, options->project);
    if (!model) return model.error();
    if (!options->dry_run) {
        const auto told = service::tell_import(*opened->store, options->project,
                                               to_utf8(arguments.path.filename().string()));
        if (!told) return told.error();
    }
    recognition::Batcher batcher(std::move(*model), patient(config), metrics);
    ProgressBar bar("Importing");
    service::ImportEvents events;
    events.progress = [&](std::uint64_t position, std::uint64_t extent, const auto& report) {
        bar.show_share(position, extent, counted(report.records, "record", "records"));
    };
    events.problem = [&](const std::string& place, const std::string& text, bool) {
        bar.wipe();
        std::cerr << "croquis: " << printable(place) << ": " << printable(text) << '\n';
    };
    events.unknown_labels_one_by_one = false;
    return service::import_drawings(**reader, *opened->store, *opened->transfer, batcher, *options,
                                    events);
}

int import_data(const server::Config& config, const ImportArguments& arguments) {
    const auto done = imported(config, arguments);
    if (!done) return report(done.error());
    say_unknown_labels(*done);
    if (arguments.as_json)
        std::cout << service::to_json(*done, arguments.dry_run) << '\n';
    else
        std::cout << to_text(*done, arguments.dry_run);
    return done->rejected == 0 ? success : partly_failed;
}

/// Takes an archive as it is written.
class OutputSink final : public dataset::ZipWriter::Sink {
  public:
    explicit OutputSink(OutputFile& file) : file_(file) {}
    Result<void> write(BytesView bytes) override { return file_.write(bytes); }

  private:
    OutputFile& file_;
};

Result<service::ExportOptions> export_options(const ExportArguments& arguments) {
    service::ExportOptions options;
    options.format = dataset::format_from(arguments.format).value_or(Format::image_folder);
    options.tag = given(arguments.tag);
    options.source = given(arguments.source);
    options.tagged_by = given(arguments.tagged_by);
    options.reviewed = arguments.reviewed.chosen();
    options.disagreement = arguments.disagreement.chosen();
    options.disputed = arguments.disputed.chosen();
    options.flagged = arguments.flagged.chosen();
    options.imported = arguments.imported.chosen();
    if (!arguments.split.empty()) options.judging = arguments.split == "judge";
    if (!arguments.external_id.empty())
        options.external_id = store::name_filter(arguments.external_id);
    if (!arguments.file_name.empty()) options.file_name = store::name_filter(arguments.file_name);
    if (!arguments.name_contains.empty()) {
        auto part = store::name_part(arguments.name_contains);
        if (!part) return part.error();
        options.name_contains = std::move(*part);
    }
    options.min_confidence = arguments.min_confidence;
    options.max_confidence = arguments.max_confidence;
    const auto tagged_since = moment(arguments.tagged_since, "tagged-since");
    if (!tagged_since) return tagged_since.error();
    options.tagged_since = *tagged_since;
    const auto from = moment(arguments.from, "from");
    if (!from) return from.error();
    const auto until = moment(arguments.until, "until");
    if (!until) return until.error();
    options.from = *from;
    options.until = *until;
    return options;
}

/// How many drawings the export will write; nothing where filters choose among them.
Result<std::optional<std::size_t>> drawings_to_export(store::Store& store,
                                                      const service::ExportOptions& options) {
    if (!service::filters_of(options).empty()) return std::optional<std::size_t>();
    const auto counts = store.tag_counts(options.project_id);
    if (!counts) return counts.error();
    std::size_t all = 0;
    for (const auto& [tag, count] : *counts) all += static_cast<std::size_t>(count);
    return std::optional(all);
}

Result<service::ExportReport> exported(const server::Config& config,
                                       const ExportArguments& arguments) {
    auto options = export_options(arguments);
    if (!options) return options.error();
    Metrics metrics;
    auto opened = open_both(server::open_existing(config, metrics), config);
    if (!opened) return opened.error();
    const auto project = project_named(*opened->store, arguments.project);
    if (!project) return project.error();
    options->project = project->slug;
    options->project_id = project->id;
    if (!arguments.import_job.empty()) {
        const auto job = import_named(*opened->store, arguments.import_job, project->id);
        if (!job) return job.error();
        options->import_job = job->id;
    }
    const auto all = drawings_to_export(*opened->store, *options);
    if (!all) return all.error();
    const auto told = service::tell_export(*opened->store, *options, store::operator_author());
    if (!told) return told.error();
    OutputFile output(arguments.output);
    OutputSink sink(output);
    ProgressBar bar("Exporting");
    auto done = service::export_drawings(*opened->store, *opened->transfer, sink, *options,
                                         [&](std::size_t written) {
                                             if (*all)
                                                 bar.show(written, **all);
                                             else
                                                 bar.show_count(written);
                                         });
    if (!done) return done.error();
    if (const auto kept = output.keep(); !kept) return kept.error();
    return done;
}

int export_data(const server::Config& config, const ExportArguments& arguments) {
    const auto done = exported(config, arguments);
    if (!done) return report(done.error());
    // Where the data goes to standard output, what is said goes beside it.
    auto& out = arguments.output == "-" ? std::cerr : std::cout;
    out << done->manifest;
    if (done->written + done->left_out == 0)
        std::cerr << "No drawing is as asked for: the data set is empty.\n";
    if (done->left_out > 0)
        out << fmt::format("{} left out: this format carries strokes alone\n",
                           counted(done->left_out, "drawing is", "drawings are"));
    return success;
}

void add_import_options(CLI::App& command, ImportArguments& arguments) {
    add_project_option(command, arguments.project);
    command
        .add_option("PATH", arguments.path,
                    "A folder, zip or tar.gz of pictures, a folder a label; a .csv of path,label; "
                    "Quick, Draw!'s .ndjson; the .json of Label Studio, COCO or Datumaro; CVAT's "
                    ".xml; folders of Hugging Face and CVAT's ImageNet")
        ->required();
    command.add_option("--format", arguments.format, "What PATH is, where that is not found out")
        ->check(CLI::IsMember({"imagefolder", "csv", "ndjson", "labelstudio", "coco", "datumaro",
                               "cvat", "imagenet", "huggingface"}));
    command
        .add_option("--pictures", arguments.pictures,
                    "Folder or archive of the pictures that PATH names; else where PATH is")
        ->type_name("PATH");
    command
        .add_option("--labels-as", arguments.labels_as,
                    "What the labels are worth: reviewed, suggested (to be reviewed) or ignore "
                    "[reviewed]")
        ->transform(CLI::CheckedTransformer(meanings).description(""))
        ->type_name("WORTH");
    command
        .add_option("--new-labels", arguments.new_labels,
                    "Labels that the project lacks: make them, or refuse their drawings")
        ->check(CLI::IsMember({"make", "refuse"}))
        ->capture_default_str();
    command
        .add_option("--map", arguments.map, "Read a word of the data as a label; may be repeated")
        ->type_name("FROM=TO")
        ->allow_extra_args(false)
        ->check(wrong_mapping);
    command.add_option("--as", arguments.as, "The user whose word the labels are")
        ->type_name("USER");
    command.add_option("--pseudonym", arguments.pseudonym, "Of drawings that bring none");
    command.add_option("--path-column", arguments.path_column,
                       "Of a CSV with several that could be, or none that is known");
    command.add_option("--label-column", arguments.label_column,
                       "The same for the label; of Hugging Face's metadata too, and the control of "
                       "Label Studio");
    command
        .add_option("--names-in", arguments.archive.name_charset,
                    "Character set of names that are not UTF-8, as GBK or SHIFT-JIS")
        ->capture_default_str();
    command
        .add_option("--max-entries", arguments.archive.max_entries,
                    "Entries that an archive may have")
        ->capture_default_str();
    command.add_flag("--dry-run", arguments.dry_run, "Say what would happen, store nothing");
    command.add_flag("--json", arguments.as_json, "Say what happened as a JSON object");
}

/// Each of the two excludes the other.
void add_either(CLI::App& command, Either& either, const char* yes, const char* about_yes,
                const char* no, const char* about_no) {
    auto* flag = command.add_flag(yes, either.yes, about_yes);
    command.add_flag(no, either.no, about_no)->excludes(flag);
}

void add_filters_by_origin(CLI::App& command, ExportArguments& arguments) {
    command.add_option("--source", arguments.source, "Only those from there: page, api, import")
        ->check(wrong_text);
    command
        .add_option("--external-id", arguments.external_id,
                    "Only the one that the data calls so; with * at the end, those that begin so")
        ->type_name("ID")
        ->check(wrong_text);
    command
        .add_option("--file-name", arguments.file_name,
                    "Only those of files of this name, in whatever folder; with a slash, the whole "
                    "name; with * at the end, those that begin so")
        ->type_name("NAME")
        ->check(wrong_text);
    command
        .add_option("--name-contains", arguments.name_contains,
                    "Only those with this in the file's name or in what the data calls them; small "
                    "and capital letters (A to Z) are the same")
        ->type_name("TEXT");
    command
        .add_option("--import", arguments.import_job,
                    "Only what the import of this id stored; `croquis job list` has the id")
        ->type_name("JOB");
    command.add_option("--from", arguments.from, "Only those drawn then or later (RFC 3339)")
        ->type_name("TIME");
    command.add_option("--until", arguments.until, "Only those drawn before")->type_name("TIME");
    command
        .add_option("--min-confidence", arguments.min_confidence,
                    "Only those whose prediction is at least so sure")
        ->check(wrong_share);
    command
        .add_option("--max-confidence", arguments.max_confidence,
                    "Only those whose prediction is at most so sure")
        ->check(wrong_share);
    command
        .add_option("--split", arguments.split,
                    "Only those that models learn from, or those kept back to judge them")
        ->check(CLI::IsMember({"learn", "judge"}));
}

void add_filters_by_review(CLI::App& command, ExportArguments& arguments) {
    command.add_option("--tag", arguments.tag, "Only drawings with this tag")->check(wrong_text);
    add_either(command, arguments.reviewed, "--reviewed", "Only those that a person reviewed",
               "--unreviewed", "Only those that nobody has");
    command.add_option("--tagged-by", arguments.tagged_by, "Only those reviewed by this user")
        ->type_name("USER")
        ->check(wrong_text);
    command
        .add_option("--tagged-since", arguments.tagged_since,
                    "Only those reviewed then or later (RFC 3339)")
        ->type_name("TIME");
    add_either(command, arguments.disagreement, "--disagreement",
               "Only those that a person tagged otherwise than the model", "--no-disagreement",
               "Only the others");
    add_either(command, arguments.flagged, "--flagged", "Only those marked for attention",
               "--not-flagged", "Only the others");
    add_either(command, arguments.disputed, "--disputed",
               "Only those about which people do not agree", "--not-disputed", "Only the others");
    add_either(command, arguments.imported, "--imported",
               "Only those whose tag came with an import, and that nobody decided since",
               "--not-imported", "Only the others");
}

void add_export_options(CLI::App& command, ExportArguments& arguments) {
    add_project_option(command, arguments.project);
    command
        .add_option("--format", arguments.format,
                    "imagefolder: a zip of LABEL/NAME; csv, coco, labelstudio, huggingface: a zip "
                    "of images/ and what each of these reads; ndjson: strokes, in Quick, Draw!'s "
                    "form")
        ->required()
        ->check(
            CLI::IsMember({"imagefolder", "csv", "coco", "labelstudio", "huggingface", "ndjson"}));
    command.add_option("-o,--output", arguments.output, "Where to; - for standard output")
        ->required()
        ->type_name("FILE");
    add_filters_by_review(command, arguments);
    add_filters_by_origin(command, arguments);
}

}  // namespace

void add_import(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand(
        "import",
        "Bring drawings in, with labels or without, which the live model then tags.\n"
        "The same import twice stores nothing twice; one that was interrupted goes on where it "
        "was.\nWhat cannot be read is named, and the rest goes in.");
    auto arguments = std::make_shared<ImportArguments>();
    add_import_options(*command, *arguments);
    const auto config = own_settings(
        *command, server::Settings::store | server::Settings::model | server::Settings::pictures,
        context);
    command->callback([=, &context] { context.exit_code = import_data(*config, *arguments); });
}

void add_export(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand(
        "export",
        "Write drawings and their labels as a data set, with a manifest of what is in it.\n"
        "The same drawings make the same bytes.");
    auto arguments = std::make_shared<ExportArguments>();
    add_export_options(*command, *arguments);
    const auto config = own_settings(*command, server::Settings::store, context);
    command->callback([=, &context] { context.exit_code = export_data(*config, *arguments); });
}

}  // namespace croquis::cli
