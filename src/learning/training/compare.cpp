#include "learning/training/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "core/files.h"
#include "learning/evaluation/metrics.h"
#include "learning/synthesis/sketcher.h"
#include "learning/training/few_shot.h"
#include "recognition/limits.h"
#include "recognition/network.h"

namespace croquis::learning {
namespace {

namespace fs = std::filesystem;
using recognition::EngineKind;
using recognition::NetworkRecognizer;

/// A source's drawings that judge.
struct Part {
    std::vector<drawing::ModelInput> inputs;
    std::vector<const PersonsDrawing*> drawings;
};

std::map<std::string, Part> parts_of(const People& people) {
    std::map<std::string, Part> parts;
    for (const auto& drawn : people.drawings) {
        if (drawn.use != Use::judge || drawn.label.empty()) continue;
        const auto input = to_input(drawn);
        if (!input) continue;
        auto& part = parts[drawn.source];
        part.inputs.push_back(*input);
        part.drawings.push_back(&drawn);
    }
    return parts;
}

using Answers = std::vector<recognition::Prediction>;

Result<Answers> asked(recognition::Recognizer& model,
                      const std::vector<drawing::ModelInput>& inputs) {
    constexpr std::size_t batch = 256;
    Answers answers;
    for (std::size_t i = 0; i < inputs.size(); i += batch) {
        auto some =
            model.recognise(std::span(inputs).subspan(i, std::min(batch, inputs.size() - i)));
        if (!some) return some.error();
        std::move(some->begin(), some->end(), std::back_inserter(answers));
    }
    return answers;
}

Report report_of(const Part& part, const Answers& answers) {
    std::vector<Outcome> outcomes;
    for (std::size_t i = 0; i < answers.size(); ++i)
        outcomes.push_back({part.drawings[i]->id, part.drawings[i]->label, answers[i].tag,
                            answers[i].confidence, part.drawings[i]->hand});
    return measure(outcomes, shape_labels());
}

std::string few_shots(const Part& part, const Answers& answers, const People& people) {
    if (answers.front().embedding.empty()) return {};
    const auto size = static_cast<std::int64_t>(answers.front().embedding.size());
    auto embeddings = torch::empty({static_cast<std::int64_t>(answers.size()), size});
    std::vector<std::string> categories;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        std::copy(answers[i].embedding.begin(), answers[i].embedding.end(),
                  embeddings.data_ptr<float>() + static_cast<std::int64_t>(i) * size);
        const auto& category = part.drawings[i]->category;
        const bool unseen =
            std::find(people.unseen.begin(), people.unseen.end(), category) != people.unseen.end();
        categories.push_back(unseen ? category : "");
    }
    std::string text;
    const auto head = regression_head(embeddings);
    for (const auto& [ways, shots] : {std::pair{5, 5}, {10, 10}, {20, 10}}) {
        const auto measured = few_shot(categories, {ways, shots, 300, 1}, head);
        if (!measured) continue;  // too few categories
        const auto& shown = *measured;
        text += fmt::format("  {} ways, {} shots, unseen categories: {:.1f} % ({:.1f} to {:.1f})\n",
                            ways, shots, 100 * shown.accuracy, 100 * shown.low, 100 * shown.high);
    }
    return text;
}

std::string alike(const Answers& a, const Answers& b) {
    std::size_t same = 0;
    float most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        same += a[i].tag == b[i].tag ? 1 : 0;
        for (std::size_t k = 0; k < a[i].probabilities.size(); ++k)
            most = std::max(most, std::abs(a[i].probabilities[k] - b[i].probabilities[k]));
    }
    return fmt::format(
        "  the same answer as before: {} of {}; probabilities at most {:.3f} apart\n", same,
        a.size(), most);
}

}  // namespace

Result<std::string> compared(const fs::path& onnx, const People& people) {
    auto card_file = onnx;
    const auto bytes = read_file(onnx, recognition::max_file_bytes, "compare");
    if (!bytes) return bytes.error();
    const auto card =
        read_file(card_file.replace_extension(".json"), recognition::max_file_bytes, "compare");
    if (!card) return card.error();
    const auto network = recognition::read_network(as_bytes(*bytes), *card);
    if (!network) return network.error();
    const auto parts = parts_of(people);
    std::map<std::string, Answers> before;
    std::string text;
    for (const auto kind : {EngineKind::onednn, EngineKind::onednn_int8}) {
        auto model = NetworkRecognizer::make(*network, kind);
        if (!model) {
            text += fmt::format("{}: {}\n", to_string(kind), model.error().detail);
            continue;
        }
        for (const auto& [source, part] : parts) {
            auto answers = asked(**model, part.inputs);
            if (!answers) return answers.error();
            text += fmt::format("{} by {}, {}\n", (*model)->info().id, to_string(kind), source);
            if (before.contains(source)) text += alike(before[source], *answers);
            text += few_shots(part, *answers, people);
            text += to_text(report_of(part, *answers)) + "\n";
            before[source] = std::move(*answers);
        }
    }
    return text;
}

}  // namespace croquis::learning
