#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "core/bytes.h"
#include "core/characters.h"
#include "drawing/decode.h"
#include "drawing/normalise.h"
#include "recognition/recognizer.h"
#include "service/drawings/details.h"

namespace croquis::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t most_shown = 4;

/// A picture's bytes; of one that is too large only as many as show that it is.
Result<Bytes> read_input(const std::string& name) {
    std::ifstream file;
    if (name != "-") file.open(name, std::ios::binary);
    std::istream& in = name == "-" ? std::cin : file;
    if (!in || std::filesystem::is_directory(name))
        return Error{ErrorKind::not_found, "Cannot read the file."};
    Bytes bytes(drawing::DecodeLimits{}.max_bytes + 1);
    in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    return bytes;
}

Result<recognition::Prediction> predict_one(recognition::Recognizer& model,
                                            const std::string& name) {
    const auto file = read_input(name);
    if (!file) return file.error();
    const auto decoded = drawing::decode(*file);
    if (!decoded) return decoded.error();
    const auto input = drawing::normalise(decoded->image);
    if (!input) return input.error();
    auto answers = model.recognise(std::span(&*input, 1));
    if (!answers) return answers.error();
    return answers->front();
}

void print_text(const std::string& name, const recognition::Prediction& answer,
                const recognition::ModelInfo& info) {
    std::cout << fmt::format("{}: {} {:.1f}%", printable(name), answer.tag,
                             100 * answer.confidence);
    auto best = service::best_of(info.labels, answer.probabilities);
    best.resize(std::min(best.size(), most_shown));
    for (const auto& [tag, probability] : best)
        if (tag != answer.tag) std::cout << fmt::format("  {} {:.1f}%", tag, 100 * probability);
    std::cout << '\n';
}

void print_json(const std::string& name, const recognition::Prediction& answer,
                const recognition::ModelInfo& info) {
    json::object probabilities;
    for (std::size_t k = 0; k < info.labels.size(); ++k)
        probabilities[info.labels[k]] = static_cast<double>(answer.probabilities[k]);
    std::cout << json::object{{"file", to_utf8(name)},
                              {"model", info.id},
                              {"tag", answer.tag},
                              {"confidence", answer.confidence},
                              {"probabilities", std::move(probabilities)}}
              << '\n';
}

int predict(const server::Config& config, const std::vector<std::string>& files, bool as_json) {
    auto model = recognition::load_recognizer(config.model);
    if (!model) return report(model.error());
    std::size_t wrong = 0;
    for (const auto& name : files) {
        const auto answer = predict_one(**model, name);
        if (!answer) {
            ++wrong;
            std::cerr << "croquis: " << printable(name) << ": " << answer.error().detail << '\n';
            continue;
        }
        (as_json ? print_json : print_text)(name, *answer, (*model)->info());
    }
    if (wrong == 0) return success;
    return wrong == files.size() ? failed : partly_failed;
}

}  // namespace

void add_predict(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand("predict", "Say which shape each picture shows");
    auto files = std::make_shared<std::vector<std::string>>();
    auto as_json = std::make_shared<bool>(false);
    command->add_option("FILE", *files, "PNG, JPEG or WebP; - for standard input")->required();
    command->add_flag("--json", *as_json, "One JSON object a line");
    const auto config = own_settings(*command, server::Settings::model, context);
    command->callback([=, &context] { context.exit_code = predict(*config, *files, *as_json); });
}

}  // namespace croquis::cli
