#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <map>

#include "cli/commands.h"
#include "cli/output_file.h"
#include "cli/terminal.h"
#include "core/files.h"
#include "core/text.h"
#include "drawing/normalise.h"
#include "recognition/card.h"
#include "recognition/limits.h"
#include "recognition/recognizer.h"
#include "service/models/promotion.h"
#include "service/models/registry.h"
#include "service/projects/labels.h"
#include "service/quality/model_reports.h"
#include "service/training/shadow.h"
#include "store/records.h"

/// The model registry from the command line: bring a model, look at it, put it to work.
namespace croquis::cli {
namespace {

namespace json = boost::json;

struct ModelArguments {
    std::string onnx;
    std::string labels;
    std::string card;
    std::string name;
    std::string id;
    std::string against;
    std::string as_of;
    bool json = false;
    bool yes = false;
};

Result<json::array> read_labels(const std::string& path) {
    const auto text = read_file(path, recognition::max_file_bytes, "labels");
    if (!text) return text.error();
    json::array labels;
    if (text->find('\0') != std::string::npos)
        return Error{ErrorKind::malformed, path + " is not a text in UTF-8.", "labels"};
    std::string_view rest = without_byte_order_mark(*text);
    while (!rest.empty()) {
        const auto end = std::min(rest.find_first_of("\r\n"), rest.size());
        const auto label = trimmed(rest.substr(0, end));
        if (!label.empty()) labels.emplace_back(label);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return labels;
}

/// A file's name as a model's: without its extension, '-' for what a model's name cannot hold.
std::string name_from(const std::filesystem::path& file) {
    std::string name = file.stem().string();
    for (char& c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '_') c = '-';
    return name;
}

/// The least that says how to ask a model: its labels in order, uncalibrated.
std::string plain_card(const std::string& name, const json::array& labels) {
    const json::object input{{"width", drawing::model_side},
                             {"height", drawing::model_side},
                             {"channels", 1},
                             {"scale", 1.0 / 255},
                             {"mean", 0}};
    return json::serialize(json::object{{"name", name},
                                        {"labels", labels},
                                        {"temperature", 1.0},
                                        {"unknown_below", 0.0},
                                        {"input", input}});
}

Result<std::string> card_for(const ModelArguments& arguments) {
    if (!arguments.card.empty()) {
        const auto card = read_file(arguments.card, recognition::max_file_bytes, "card");
        if (!card) return card.error();
        return std::string(without_byte_order_mark(*card));
    }
    const auto labels = read_labels(arguments.labels);
    if (!labels) return labels.error();
    return plain_card(arguments.name.empty() ? name_from(arguments.onnx) : arguments.name, *labels);
}

Result<void> add(store::Store& store, const ModelArguments& arguments) {
    const auto onnx = read_file(arguments.onnx, recognition::max_file_bytes, "model");
    if (!onnx) return onnx.error();
    const auto card = card_for(arguments);
    if (!card) return card.error();
    const auto model = service::add_candidate(store, as_bytes(*onnx), *card);
    if (!model) return model.error();
    std::cout << "added " << model->id << " as a candidate; `croquis model use " << model->id
              << "` makes it live\n";
    return {};
}

Result<void> list(store::Store& store, const ModelArguments&) {
    const auto models = store.models();
    if (!models) return models.error();
    const auto projects = store.projects();
    if (!projects) return projects.error();
    std::map<int, std::string> slugs;
    for (const auto& project : *projects) slugs[project.id] = project.slug;
    for (const auto& model : *models) {
        const bool general = model.project == store::shapes_project;
        std::cout << fmt::format("{:<40} {:<10} added {}{}\n", model.id,
                                 store::to_string(model.state), to_rfc3339(model.created_at),
                                 general ? "" : " for " + slugs[model.project]);
    }
    return {};
}

Result<void> show(store::Store& store, const ModelArguments& arguments) {
    const auto model = store.model(arguments.id);
    if (!model) return model.error();
    std::cout << fmt::format("id       {}\nstate    {}\nsha256   {}\nadded    {}\ncard     {}\n",
                             model->id, store::to_string(model->state), to_hex(model->sha256),
                             to_rfc3339(model->created_at), model->card);
    return {};
}

/// The labels of the model's project that it cannot answer with.
Result<std::vector<std::string>> unknown_labels(store::Store& store, const std::string& id) {
    const auto model = store.model(id);
    if (!model) return model.error();
    const auto card = recognition::parse_card(model->card);
    if (!card) return card.error();
    const auto used = service::labels_in_use(store, model->project);
    if (!used) return used.error();
    const auto& known = card->info.labels;
    std::vector<std::string> unknown;
    std::copy_if(used->begin(), used->end(), std::back_inserter(unknown), [&](const auto& label) {
        return std::find(known.begin(), known.end(), label) == known.end();
    });
    return unknown;
}

Result<void> use(store::Store& store, const ModelArguments& arguments) {
    const auto unknown = unknown_labels(store, arguments.id);
    if (!unknown) return unknown.error();
    if (!unknown->empty() && !arguments.yes)
        return Error{ErrorKind::conflict,
                     fmt::format("{} does not know {} of the project's labels: {}. With --yes it "
                                 "is made live all the same.",
                                 arguments.id, unknown->size(), fmt::join(*unknown, ", "))};
    if (const auto promoted = service::promote(store, arguments.id); !promoted)
        return promoted.error();
    std::cout << arguments.id << " is live; running servers take it up within a second\n";
    return {};
}

/// Both files, as add takes them.
Result<void> save(store::Store& store, const ModelArguments& arguments) {
    const auto model = store.model(arguments.id);
    if (!model) return model.error();
    const auto onnx = store.model_onnx(arguments.id);
    if (!onnx) return onnx.error();
    const std::filesystem::path file =
        arguments.onnx.empty() ? arguments.id + ".onnx" : arguments.onnx;
    auto card = file;
    card.replace_extension(".json");
    if (file == "-")
        return Error{ErrorKind::invalid, "Two files are written: standard output takes one.",
                     "FILE"};
    if (card == file)
        return Error{ErrorKind::invalid,
                     "The card's name ends in .json: give the model's file another ending.",
                     "FILE"};
    if (const auto written = write_output(file, *onnx); !written) return written.error();
    if (const auto written = write_output(card, as_bytes(model->card)); !written)
        return written.error();
    std::cout << "saved " << file.string() << " and its card " << card.string() << '\n';
    return {};
}

Result<void> remove(store::Store& store, const ModelArguments& arguments) {
    const auto model = store.model(arguments.id);
    if (!model) return model.error();
    if (const auto removed = service::remove_model(store, model->id, model->project); !removed)
        return removed.error();
    std::cout << "removed " << model->id << "; what it predicted keeps its name\n";
    return {};
}

void print_comparison(const service::ComparedWith& comparison) {
    const auto& gate = comparison.gate;
    std::cout << fmt::format(
        "\nAgainst {} on {} that both answer: {:+.1f} points ({:+.1f} to {:+.1f}), p = {:.3f}: "
        "{}\n",
        comparison.model, counted(gate.answers.all(), "drawing", "drawings"), 100 * gate.difference,
        100 * gate.low, 100 * gate.high, gate.p_value, service::verdict_of(comparison));
}

void print_report(const service::ModelReport& told) {
    std::cout << fmt::format(
        "model    {}\nas of    {}\ndrawings {}{}, SHA-256 of ids and tags {}\n", told.model,
        to_rfc3339(told.as_of), told.judging, told.is_complete ? "" : " (the newest)",
        to_hex(told.data));
    std::cout << fmt::format("answers  {} by stored embeddings, {} as stored predictions\n",
                             told.embedded, told.predicted);
    if (told.seen > 0)
        std::cout << fmt::format("left out: {}, which the model's card says it has seen\n",
                                 told.seen);
    std::cout << '\n' << learning::to_text(told.report);
    if (!told.wrong.empty()) std::cout << "\nSurest mistakes: drawing, what it is, what was said\n";
    for (const auto& wrong : told.wrong)
        std::cout << fmt::format("  {}  {:<16} {:<16} {:5.1f} %\n", to_string(wrong.drawing.id),
                                 wrong.drawing.tag, wrong.tag, 100 * wrong.confidence);
    if (told.comparison) print_comparison(*told.comparison);
}

json::object report_json(const service::ModelReport& told) {
    auto object = service::to_json(told);
    json::array mistakes;
    for (const auto& wrong : told.wrong)
        mistakes.push_back(json::object{{"drawing", to_string(wrong.drawing.id)},
                                        {"given", wrong.drawing.tag},
                                        {"tag", wrong.tag},
                                        {"confidence", wrong.confidence}});
    object["mistakes"] = std::move(mistakes);
    return object;
}

Result<void> show_report(store::Store& store, const ModelArguments& arguments) {
    const auto model = store.model(arguments.id);
    if (!model) return model.error();
    service::ReportRequest request{model->id, model->project, std::nullopt, std::nullopt};
    if (!arguments.against.empty()) request.against = arguments.against;
    if (!arguments.as_of.empty()) {
        const auto as_of = from_rfc3339(arguments.as_of);
        if (!as_of)
            return Error{ErrorKind::invalid, "A time is written as 2026-11-24T14:07:00Z.", "as-of"};
        request.as_of = *as_of;
    }
    const auto told = service::report_on(store, request);
    if (!told) return told.error();
    if (arguments.json)
        std::cout << json::serialize(report_json(*told)) << '\n';
    else
        print_report(*told);
    return {};
}

/// By stored embeddings where those tell its answers, else by running its network here.
Result<service::Shadow> shadow_here(store::Store& store, const store::Model& model) {
    auto told = service::shadow_of(store, model.project, model.id);
    if (told || told.error().code != "other_network") return told;
    ProgressBar bar("Asking " + model.id);
    service::ShadowRun run;
    run.model = model.id;
    run.project = model.project;
    run.control.progress = [&bar](std::size_t done, std::size_t all) { bar.show(done, all); };
    return service::shadow_by_network(store, run);
}

void print_shadow(const service::Shadow& shadow) {
    const auto row = [](const std::string& label, const learning::Share& share) {
        std::cout << fmt::format("  {:<24} {:>5} of {:>5}  {}\n", label, share.some, share.all,
                                 learning::to_text(share));
    };
    std::cout << fmt::format("{} says what {} says, by what that one says:\n", shadow.model,
                             shadow.live);
    for (const auto& [tag, share] : shadow.labels) row(tag, share);
    row("all", shadow.agreement);
    if (shadow.left_out > 0)
        std::cout << shadow.left_out << " more drawings are left out: without an answer of it\n";
    std::cout << fmt::format("{:.0f} µs for a drawing\n", shadow.microseconds);
    if (!shadow.disagreements.empty())
        std::cout << "\nNewest disagreements: drawing, live model, this one\n";
    for (const auto& each : shadow.disagreements)
        std::cout << fmt::format("  {}  {:<16} {:<16} {:5.1f} %\n", to_string(each.drawing.id),
                                 each.drawing.prediction.tag, each.tag, 100 * each.confidence);
}

Result<void> show_shadow(store::Store& store, const ModelArguments& arguments) {
    const auto model = store.model(arguments.id);
    if (!model) return model.error();
    const auto shadow = shadow_here(store, *model);
    if (!shadow) return shadow.error();
    if (arguments.json)
        std::cout << json::serialize(service::to_json(*shadow)) << '\n';
    else
        print_shadow(*shadow);
    return {};
}

using ModelVerb = Result<void> (*)(store::Store&, const ModelArguments&);

/// Adds `croquis model VERB`, which does `work` on the store, opened by `open`.
CLI::App* add_verb(CLI::App& command, const char* name, const char* help, ModelVerb work,
                   const std::shared_ptr<ModelArguments>& arguments, Context& context,
                   OpenAndDo open = do_with_live_model) {
    auto* verb = command.add_subcommand(name, help);
    open(*verb, context, [=](store::Store& store) { return work(store, *arguments); });
    return verb;
}

void add_add_options(CLI::App& adding, ModelArguments& arguments) {
    adding
        .add_option("ONNX", arguments.onnx,
                    "The model: float [N,1,48,48] in, logits [N,labels] out")
        ->required()
        ->type_name("FILE");
    auto* meaning = adding.add_option_group("Meaning of the outputs (one of them)");
    meaning->require_option(1);
    auto* card =
        meaning->add_option("--card", arguments.card, "JSON card, as croquis-train writes it");
    auto* labels = meaning->add_option("--labels", arguments.labels,
                                       "Instead of a card: a text file, a label a line, in the "
                                       "outputs' order");
    auto* name = adding.add_option("--name", arguments.name,
                                   "With --labels: its name in the registry; else the file's");
    card->type_name("FILE")->excludes(name);
    labels->type_name("FILE");
}

void add_report_options(CLI::App& reporting, ModelArguments& arguments) {
    reporting.add_option("ID", arguments.id, "As list shows it")->required();
    reporting
        .add_option("--against", arguments.against,
                    "Another model of the project, compared on the same drawings")
        ->type_name("ID");
    reporting.add_option("--as-of", arguments.as_of, "Leave out drawings whose tag was set later")
        ->type_name("TIME");
    reporting.add_flag("--json", arguments.json, "Print the report as JSON");
}

void add_shadow_options(CLI::App& comparing, ModelArguments& arguments) {
    comparing.add_option("ID", arguments.id, "As list shows it")->required();
    comparing.add_flag("--json", arguments.json, "Print the comparison as JSON");
}

}  // namespace

void add_model(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand("model",
                                           "Bring your own model: add, list, show, report, shadow, "
                                           "remake, use, rollback, retag, train, "
                                           "save, remove");
    command->require_subcommand(1);
    auto arguments = std::make_shared<ModelArguments>();
    add_add_options(
        *add_verb(*command, "add", "Check an ONNX model, try it, and register it as a candidate",
                  add, arguments, context, do_on_store),
        *arguments);
    add_verb(*command, "list", "List the registry", list, arguments, context);
    add_verb(*command, "show", "Show a model and its card", show, arguments, context)
        ->add_option("ID", arguments->id, "As list shows it")
        ->required();
    add_report_options(
        *add_verb(*command, "report",
                  "Show how a model does on the reviewed drawings that no model learns from",
                  show_report, arguments, context),
        *arguments);
    add_shadow_options(
        *add_verb(*command, "shadow",
                  "Show what a model answers beside the live one, on the newest stored drawings",
                  show_shadow, arguments, context),
        *arguments);
    add_model_remake(*command, context);
    add_model_work(*command, context);
    auto* saving =
        add_verb(*command, "save", "Write a model and its card into files, as add takes them", save,
                 arguments, context);
    saving->add_option("ID", arguments->id, "As list shows it")->required();
    saving->add_option("FILE", arguments->onnx, "The model's; its card's ends in .json")
        ->type_name("FILE");
    add_verb(*command, "remove", "Remove a model that is not live from the registry", remove,
             arguments, context)
        ->add_option("ID", arguments->id, "As list shows it")
        ->required();
    auto* using_it =
        add_verb(*command, "use", "Make a model live: running servers take it up within a second",
                 use, arguments, context);
    using_it->add_option("ID", arguments->id, "As list shows it")->required();
    using_it->add_flag("--yes", arguments->yes,
                       "Even where it does not know some of the project's labels");
}

}  // namespace croquis::cli
