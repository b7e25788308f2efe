#include "learning/evaluation/evaluation.h"

#include <boost/json.hpp>
#include <fstream>
#include <iostream>

#include "cli/commands.h"
#include "cli/terminal.h"

namespace croquis::cli {
namespace {

struct Arguments {
    std::filesystem::path data;
    std::vector<std::string> map;
    bool all = false;
    std::string json;
    std::string html;
};

/// CLI11's way to check: what is wrong with it, or nothing.
std::string wrong_mapping(const std::string& pair) {
    const auto equals = pair.find('=');
    const bool right = equals != 0 && equals != std::string::npos && equals + 1 != pair.size();
    return right ? "" : "A mapping is WORD=LABEL, not \"" + pair + "\"";
}

std::map<std::string, std::string> mapping(const std::vector<std::string>& pairs) {
    std::map<std::string, std::string> map;
    for (const auto& pair : pairs) {
        const auto equals = pair.find('=');
        map[pair.substr(0, equals)] = pair.substr(equals + 1);
    }
    return map;
}

Result<learning::DatasetOptions> dataset_options(const server::Config& config,
                                                 const Arguments& arguments) {
    learning::DatasetOptions options;
    options.map = mapping(arguments.map);
    options.only_recognized = !arguments.all;
    auto card = config.model;
    const auto seen = learning::ids_seen(card.replace_extension(".json"));
    if (!seen) return seen.error();
    options.leave_out = *seen;
    return options;
}

Result<learning::Evaluation> evaluated(const server::Config& config, const Arguments& arguments) {
    const auto options = dataset_options(config, arguments);
    if (!options) return options.error();
    auto model = recognition::load_recognizer(config.model);
    if (!model) return model.error();
    ProgressBar bar("Recognising");
    return learning::evaluate(**model, arguments.data, *options,
                              [&](std::size_t done, std::size_t all) { bar.show(done, all); });
}

Result<void> write(const std::string& file, const std::string& text) {
    if (file == "-") {
        std::cout << text << std::flush;
        return {};
    }
    std::ofstream out(file, std::ios::binary);
    out << text;
    out.close();
    if (!out) return Error{ErrorKind::unavailable, "Cannot write " + file + "."};
    return {};
}

/// As text on standard output, unless a file takes its place there.
Result<void> publish(const learning::Evaluation& evaluation, const Arguments& arguments) {
    if (arguments.json != "-" && arguments.html != "-") std::cout << to_text(evaluation);
    if (!arguments.json.empty()) {
        const auto text = boost::json::serialize(to_json(evaluation)) + "\n";
        if (const auto written = write(arguments.json, text); !written) return written.error();
    }
    if (!arguments.html.empty()) return write(arguments.html, to_html(evaluation));
    return {};
}

int evaluate(const server::Config& config, const Arguments& arguments) {
    const auto evaluation = evaluated(config, arguments);
    if (!evaluation) return report(evaluation.error());
    if (const auto done = publish(*evaluation, arguments); !done) return report(done.error());
    return evaluation->unreadable.empty() ? success : partly_failed;
}

}  // namespace

void add_evaluate(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand(
        "evaluate",
        "Measure the model on drawings whose labels are known: accuracy, confusion, calibration.\n"
        "Drawings that the model's card says it has seen are left out.");
    auto arguments = std::make_shared<Arguments>();
    command
        ->add_option("--data", arguments->data,
                     "A .ndjson file of strokes (Quick, Draw!'s form) or a folder of them; a "
                     "folder of pictures, a folder a label; or a .csv file of path,label\n"
                     "Words and labels are the same in capitals or small letters")
        ->required()
        ->type_name("PATH");
    command
        ->add_option("--map", arguments->map,
                     "Read a word of the data as one of the model's labels; may be repeated")
        ->type_name("WORD=LABEL")
        ->allow_extra_args(false)
        ->check(wrong_mapping);
    command->add_flag("--all", arguments->all,
                      "Also the drawings that the game itself did not recognise");
    command->add_option("--json", arguments->json, "Write the evaluation as JSON; - for here")
        ->type_name("FILE");
    command->add_option("--html", arguments->html, "Write it as a page that needs nothing else")
        ->type_name("FILE");
    const auto config = own_settings(*command, server::Settings::model, context);
    command->callback([=, &context] { context.exit_code = evaluate(*config, *arguments); });
}

}  // namespace croquis::cli
