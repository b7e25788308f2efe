#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <iterator>

#include "cli/commands.h"
#include "cli/open.h"
#include "drawing/normalise.h"
#include "recognition/recognizer.h"

/// The model registry from the command line: bring a model, look at it, put it to work.
namespace croquis::cli {
namespace {

namespace json = boost::json;

struct Arguments {
    std::string onnx;
    std::string labels;
    std::string card;
    std::string name;
    std::string id;
};

Result<std::string> read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return Error{ErrorKind::not_found, "Cannot read " + path.string() + ".",
                     path.filename().string()};
    return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<json::array> read_labels(const std::string& path) {
    const auto text = read_text(path);
    if (!text) return text.error();
    json::array labels;
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (!line.empty()) labels.emplace_back(line);
    }
    return labels;
}

/// The card as given, else the least that says how to ask the model: its labels, uncalibrated.
Result<std::string> card_for(const Arguments& arguments) {
    if (!arguments.card.empty()) return read_text(arguments.card);
    if (arguments.labels.empty())
        return Error{ErrorKind::invalid, "Say what the outputs mean: --labels FILE or --card FILE.",
                     "labels"};
    const auto labels = read_labels(arguments.labels);
    if (!labels) return labels.error();
    const auto name = arguments.name.empty() ? std::filesystem::path(arguments.onnx).stem().string()
                                             : arguments.name;
    const json::object input{{"width", drawing::model_side},
                             {"height", drawing::model_side},
                             {"channels", 1},
                             {"scale", 1.0 / 255},
                             {"mean", 0}};
    return json::serialize(json::object{{"name", name},
                                        {"labels", *labels},
                                        {"temperature", 1.0},
                                        {"unknown_below", 0.0},
                                        {"input", input}});
}

Result<void> add(store::Store& store, const Arguments& arguments) {
    const auto onnx = read_text(arguments.onnx);
    if (!onnx) return onnx.error();
    const auto card = card_for(arguments);
    if (!card) return card.error();
    // Loading is the check: shapes, operators, and sample inputs are run before anything is stored.
    const auto loaded = recognition::load_recognizer(as_bytes(*onnx), *card);
    if (!loaded) return loaded.error();
    store::Model model;
    model.id = (*loaded)->info().id;
    model.card = *card;
    model.sha256 = sha256(as_bytes(*onnx));
    model.created_at = now();
    const auto added = store.add_model(model, as_bytes(*onnx));
    if (!added) return added.error();
    std::cout << "added " << model.id << " as a candidate; `croquis model use " << model.id
              << "` makes it live\n";
    return {};
}

std::string_view name_of(store::ModelState state) {
    switch (state) {
        case store::ModelState::candidate:
            return "candidate";
        case store::ModelState::live:
            return "live";
        case store::ModelState::retired:
            return "retired";
    }
    return "candidate";
}

Result<void> list(store::Store& store) {
    const auto models = store.models();
    if (!models) return models.error();
    for (const auto& model : *models)
        std::cout << fmt::format("{:<32} {:<10} added {}\n", model.id, name_of(model.state),
                                 to_rfc3339(model.created_at));
    if (models->empty())
        std::cout << "no model was added; the one that came with Croquis is live\n";
    return {};
}

Result<void> show(store::Store& store, const Arguments& arguments) {
    const auto model = store.model(arguments.id);
    if (!model) return model.error();
    std::cout << fmt::format("id       {}\nstate    {}\nsha256   {}\nadded    {}\ncard     {}\n",
                             model->id, name_of(model->state), to_hex(model->sha256),
                             to_rfc3339(model->created_at), model->card);
    return {};
}

Result<void> use(store::Store& store, const Arguments& arguments) {
    const auto promoted = store.promote_model(arguments.id);
    if (!promoted) return promoted.error();
    std::cout << arguments.id << " is live; running servers take it up within seconds\n";
    return {};
}

}  // namespace

void add_model(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand("model", "Bring your own model: add, list, show, use");
    command->require_subcommand(1);
    auto arguments = std::make_shared<Arguments>();
    const auto verb = [&](const char* name, const char* help, auto work) {
        auto* sub = command->add_subcommand(name, help);
        add_settings(*sub, Settings::store, context.config);
        sub->callback([=, &context] {
            Metrics metrics;
            auto store = open_quietly(context.config, metrics);
            Result<void> done;
            if (!store)
                done = store.error();
            else if (const auto migrated = (*store)->migrate(); !migrated)
                done = migrated.error();
            else
                done = work(**store, *arguments);
            context.exit_code = done ? success : report(done.error());
        });
        return sub;
    };
    auto* adding = verb("add", "Check an ONNX model and register it as a candidate",
                        [](store::Store& s, const Arguments& a) { return add(s, a); });
    adding
        ->add_option("ONNX", arguments->onnx,
                     "The model: float [N,1,side,side] in, logits [N,labels] out")
        ->required()
        ->check(CLI::ExistingFile);
    auto* labels = adding->add_option("--labels", arguments->labels,
                                      "Text file, a label a line, in the outputs' order");
    auto* card = adding->add_option("--card", arguments->card,
                                    "JSON card instead, as croquis-train writes it");
    labels->excludes(card);
    adding->add_option("--name", arguments->name, "Name in the registry; the file's by default");
    verb("list", "List the registry", [](store::Store& s, const Arguments&) { return list(s); });
    auto* showing = verb("show", "Show a model and its card",
                         [](store::Store& s, const Arguments& a) { return show(s, a); });
    showing->add_option("ID", arguments->id, "As list shows it")->required();
    auto* using_ = verb("use", "Make a model live",
                        [](store::Store& s, const Arguments& a) { return use(s, a); });
    using_->add_option("ID", arguments->id, "As list shows it")->required();
}

}  // namespace croquis::cli
