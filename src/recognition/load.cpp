#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/files.h"
#include "drawing/strokes.h"
#include "recognition/limits.h"
#include "recognition/network.h"
#include "recognition/recognizer.h"

/// Loading tries a model on sample drawings: first with OpenCV dnn, which takes every checked
/// network and is the reference, then with faster engines; the fastest that says the same serves.
namespace croquis::recognition {
namespace {

using Answers = std::vector<Prediction>;

constexpr std::size_t timed_batch = 16;
constexpr int timed_runs = 20;
constexpr double narrow_must_gain = 0.85;

/// How far a probability may be from the reference's: rounding in another order for 32-bit floats,
/// 8 bits for narrow numbers.
float tolerance(EngineKind kind) {
    return kind == EngineKind::onednn_int8 ? 0.03F : 0.002F;
}

/// The same of an embedding, as a part of its length.
float embedding_tolerance(EngineKind kind) {
    return kind == EngineKind::onednn_int8 ? 0.2F : 0.002F;
}

drawing::Stroke corners(std::initializer_list<drawing::Point> points) {
    return points;
}

drawing::Stroke polygon(int sides) {
    drawing::Stroke stroke;
    for (int i = 0; i <= sides; ++i) {
        const double angle = 2 * std::numbers::pi * i / sides;
        stroke.push_back({static_cast<float>(100 * std::cos(angle)),
                          static_cast<float>(100 * std::sin(angle)), 0});
    }
    return stroke;
}

/// Eleven drawings, so that batches of eight and of one are tried, and a page of noise.
Result<std::vector<drawing::ModelInput>> samples() {
    const std::vector<drawing::Strokes> drawings{
        {polygon(40)},
        {polygon(3)},
        {polygon(4)},
        {polygon(5)},
        {polygon(6)},
        {polygon(8)},
        {corners({{0, 0}, {100, 10}})},
        {corners({{0, 0}, {200, 0}, {200, 90}, {0, 90}, {0, 0}})},
        {corners({{0, 50}, {100, 50}}), corners({{50, 0}, {50, 100}})},
        {corners({{0, 0}, {30, 60}, {60, 0}, {90, 60}, {120, 0}, {150, 60}})},
        {corners({{0, 0}, {80, 0}}), corners({{60, 15}, {80, 0}, {60, -15}})},
    };
    std::vector<drawing::ModelInput> inputs;
    for (const auto& strokes : drawings) {
        const auto input = drawing::normalise(drawing::rasterise(strokes, 256, {6}, 16));
        if (!input) return input.error();
        inputs.push_back(*input);
    }
    drawing::ModelInput noise;
    std::uint32_t state = 1;
    for (auto& grey : noise) {
        state = state * 1664525U + 1013904223U;  // Numerical Recipes' generator
        grey = static_cast<std::uint8_t>(state >> 24U);
    }
    inputs.push_back(noise);
    return inputs;
}

float difference(const Answers& a, const Answers& b) {
    float most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t k = 0; k < a[i].probabilities.size(); ++k)
            most = std::max(most, std::abs(a[i].probabilities[k] - b[i].probabilities[k]));
    return most;
}

/// How far embeddings lie apart at most, as a part of their length; of a drawing that has hardly
/// any, as a part of the usual length.
float embeddings_apart(const Answers& a, const Answers& b) {
    std::vector<float> between;
    float usual = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        float distance = 0;
        float length = 0;
        for (std::size_t k = 0; k < a[i].embedding.size(); ++k) {
            const float off = a[i].embedding[k] - b[i].embedding[k];
            distance += off * off;
            length += b[i].embedding[k] * b[i].embedding[k];
        }
        between.push_back(std::sqrt(distance));
        usual += std::sqrt(length) / static_cast<float>(a.size());
    }
    const float most = *std::max_element(between.begin(), between.end());
    return most == 0 ? 0 : most / std::max(usual, std::numeric_limits<float>::min());
}

/// The answer about a drawing may not depend on which others are in its batch.
Result<Answers> one_by_one(Recognizer& model, const std::vector<drawing::ModelInput>& inputs) {
    Answers answers;
    for (const auto& input : inputs) {
        auto answer = model.recognise({&input, 1});
        if (!answer) return answer.error();
        answers.push_back(std::move(answer->front()));
    }
    return answers;
}

Error refused(const Error& why) {
    return {ErrorKind::invalid, "The model fails on sample drawings: " + why.detail, "model"};
}

Result<Answers> try_out(Recognizer& model, const std::vector<drawing::ModelInput>& inputs) {
    auto answers = model.recognise(inputs);
    if (!answers) return refused(answers.error());
    const auto single = one_by_one(model, inputs);
    if (!single) return refused(single.error());
    if (difference(*answers, *single) > tolerance(EngineKind::onednn_int8))
        return Error{ErrorKind::invalid,
                     "The model's answer about a drawing depends on the others in its batch.",
                     "model"};
    return answers;
}

/// Seconds that one batch takes, the best of some.
double seconds_a_batch(Recognizer& model, const std::vector<drawing::ModelInput>& inputs) {
    using Clock = std::chrono::steady_clock;
    std::vector<drawing::ModelInput> batch;
    while (batch.size() < timed_batch) batch.push_back(inputs[batch.size() % inputs.size()]);
    double best = std::numeric_limits<double>::infinity();
    for (int run = 0; run < timed_runs; ++run) {
        const auto start = Clock::now();
        if (!model.recognise(batch)) return std::numeric_limits<double>::infinity();
        best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
    }
    return best;
}

/// The engine's model where it says what the reference says.
std::unique_ptr<NetworkRecognizer> agreeing(const std::shared_ptr<const Network>& network,
                                            EngineKind kind,
                                            const std::vector<drawing::ModelInput>& inputs,
                                            const Answers& expected) {
    auto made = NetworkRecognizer::make(network, kind);
    if (!made) return nullptr;
    const auto answers = try_out(**made, inputs);
    if (!answers) return nullptr;
    const float off = difference(*answers, expected);
    const float apart = embeddings_apart(*answers, expected);
    if (off <= tolerance(kind) && apart <= embedding_tolerance(kind)) return std::move(*made);
    spdlog::info("model {}: {} differs from the reference by {}, its embedding by {}",
                 network->info.id, to_string(kind), off, apart);
    return nullptr;
}

/// Which engine is fastest depends on the processor and on the network's size, so it is measured
/// here. Fewer bits must gain a good deal, so that one that hardly does is not chosen by chance.
Result<std::unique_ptr<NetworkRecognizer>> fastest(const std::shared_ptr<const Network>& network) {
    const auto inputs = samples();
    if (!inputs) return inputs.error();
    auto reference = NetworkRecognizer::make(network, EngineKind::opencv);
    if (!reference) return reference.error();
    const auto expected = try_out(**reference, *inputs);
    if (!expected) return expected.error();
    auto best = agreeing(network, EngineKind::onednn, *inputs, *expected);
    if (!best) best = agreeing(network, EngineKind::onnxruntime, *inputs, *expected);
    if (!best) best = std::move(*reference);
    auto narrow = agreeing(network, EngineKind::onednn_int8, *inputs, *expected);
    if (narrow &&
        seconds_a_batch(*narrow, *inputs) < narrow_must_gain * seconds_a_batch(*best, *inputs))
        best = std::move(narrow);
    return best;
}

}  // namespace

Result<std::unique_ptr<Recognizer>> load_recognizer(BytesView onnx, std::string_view card) {
    try {
        const auto network = read_network(onnx, card);
        if (!network) return network.error();
        auto model = fastest(*network);
        if (!model) return model.error();
        spdlog::info("model {}: run by {}", (*model)->info().id, to_string((*model)->kind()));
        return std::unique_ptr<Recognizer>(std::move(*model));
    } catch (const std::exception& thrown) {
        return Error{ErrorKind::invalid, fmt::format("The model cannot be run: {}.", thrown.what()),
                     "model"};
    }
}

Result<std::unique_ptr<Recognizer>> load_recognizer(const std::filesystem::path& onnx_file) {
    const auto onnx = read_file(onnx_file, max_file_bytes, "model");
    if (!onnx) return onnx.error();
    auto card_file = onnx_file;
    const auto card = read_file(card_file.replace_extension(".json"), max_file_bytes, "card");
    if (!card) return card.error();
    return load_recognizer(as_bytes(*onnx), *card);
}

}  // namespace croquis::recognition
