#include "learning/train/calibration.h"

#include <algorithm>
#include <cmath>

#include "learning/sketcher.h"
#include "recognition/answer.h"

namespace croquis::learning {
namespace {

torch::Tensor run(Network& network, const torch::Tensor& images) {
    const torch::NoGradGuard no_gradients;
    network->eval();
    std::vector<torch::Tensor> parts;
    for (const auto& chunk : images.split(512))
        parts.push_back(network->forward(chunk.to(torch::kFloat32).div_(255)));
    return torch::cat(parts);
}

std::size_t unknown() {
    return shape_labels().size() - 1;
}

std::size_t label_index(const std::string& word) {
    const auto& labels = shape_labels();
    const auto found = std::find(labels.begin(), labels.end(), word);
    return found == labels.end() ? unknown() : static_cast<std::size_t>(found - labels.begin());
}

std::size_t truth_of(const Judged& judged, std::size_t i) {
    return static_cast<std::size_t>(
        judged.truth[static_cast<std::int64_t>(i)].item<std::int64_t>());
}

/// The logits as they are once "unknown" has its bias.
torch::Tensor biased(const Judged& judged, float bias) {
    auto logits = judged.logits.clone();
    logits.select(1, static_cast<std::int64_t>(unknown())).add_(bias);
    return logits.contiguous();
}

recognition::ModelInfo info_of(const Calibration& calibration) {
    recognition::ModelInfo info;
    info.labels = shape_labels();
    info.temperature = calibration.temperature;
    info.unknown_below = calibration.unknown_below;
    return info;
}

/// -log p(truth), mean over the shapes that are answered with a shape.
double surprise(const std::vector<Outcome>& outcomes, const Judged& judged,
                const Calibration& calibration) {
    const auto log_p =
        torch::log_softmax(biased(judged, calibration.unknown_bias) / calibration.temperature, 1);
    double sum = 0;
    std::size_t answered = 0;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (outcomes[i].truth == shape_labels().back() || outcomes[i].said == shape_labels().back())
            continue;
        ++answered;
        sum -= log_p[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(truth_of(judged, i))]
                   .item<double>();
    }
    return answered == 0 ? 0 : sum / static_cast<double>(answered);
}

float best_temperature(const Judged& people, const Judged& careful, Calibration calibration) {
    const auto given_people = outcomes_of(people, calibration);
    const auto given_careful = outcomes_of(careful, calibration);
    float best = calibration.temperature;
    double least = 1e9;
    for (int i = 0; i <= 60; ++i) {
        calibration.temperature = static_cast<float>(0.4 * std::pow(10.0, i / 60.0));  // 0.4 … 4
        const double loss = surprise(given_people, people, calibration) +
                            surprise(given_careful, careful, calibration);
        if (loss >= least) continue;
        least = loss;
        best = calibration.temperature;
    }
    return best;
}

double refused_part(const Judged& people, const Calibration& calibration) {
    return measure(outcomes_of(people, calibration), shape_labels()).refused_others.part();
}

float least_bias(const Judged& people, Calibration calibration, float others_refused) {
    for (calibration.unknown_bias = -3; calibration.unknown_bias < 3;
         calibration.unknown_bias += 0.05F)
        if (refused_part(people, calibration) >= static_cast<double>(others_refused)) break;
    return calibration.unknown_bias;
}

}  // namespace

Judged judge(Network& network, const Samples& samples) {
    Judged judged{run(network, samples.images), samples.labels, {}, {}};
    const auto* pixels = samples.images.data_ptr<std::uint8_t>();
    for (std::int64_t i = 0; i < samples.labels.size(0); ++i) {
        judged.ids.push_back("sketch " + std::to_string(i));
        auto& input = judged.inputs.emplace_back();
        std::copy_n(pixels + i * static_cast<std::int64_t>(input.size()), input.size(),
                    input.begin());
    }
    return judged;
}

Judged judge(Network& network, const std::vector<Example>& examples) {
    constexpr std::int64_t side = drawing::model_side;
    const auto count = static_cast<std::int64_t>(examples.size());
    Samples samples{torch::empty({count, 1, side, side}, torch::kUInt8),
                    torch::empty({count}, torch::kInt64)};
    for (std::int64_t i = 0; i < count; ++i) {
        const auto& example = examples[static_cast<std::size_t>(i)];
        std::copy(example.input.begin(), example.input.end(),
                  samples.images.data_ptr<std::uint8_t>() + i * side * side);
        samples.labels[i] = static_cast<std::int64_t>(label_index(example.word));
    }
    Judged judged = judge(network, samples);
    for (std::size_t i = 0; i < examples.size(); ++i) judged.ids[i] = examples[i].id;
    return judged;
}

Judged joined(const std::vector<Judged>& parts) {
    std::vector<torch::Tensor> logits, truth;
    Judged all;
    for (const auto& part : parts) {
        logits.push_back(part.logits);
        truth.push_back(part.truth);
        all.ids.insert(all.ids.end(), part.ids.begin(), part.ids.end());
        all.inputs.insert(all.inputs.end(), part.inputs.begin(), part.inputs.end());
    }
    all.logits = torch::cat(logits);
    all.truth = torch::cat(truth);
    return all;
}

Calibration calibrate(const Judged& people, const Judged& careful, const CalibrationGoals& goals) {
    Calibration calibration{1, 0, goals.unknown_below};
    // Each depends on the other a little; they settle at once.
    for (int round = 0; round < 3; ++round) {
        calibration.temperature = best_temperature(people, careful, calibration);
        calibration.unknown_bias = least_bias(people, calibration, goals.others_refused);
    }
    return calibration;
}

std::vector<Outcome> outcomes_of(const Judged& judged, const Calibration& calibration) {
    const auto& labels = shape_labels();
    const auto info = info_of(calibration);
    const auto logits = biased(judged, calibration.unknown_bias);
    std::vector<Outcome> outcomes;
    for (std::size_t i = 0; i < judged.ids.size(); ++i) {
        const std::span row(logits.data_ptr<float>() + i * labels.size(), labels.size());
        // Training stops at weights that are not finite, so there is an answer.
        const auto answer = recognition::to_prediction(row, info);
        outcomes.push_back(
            {judged.ids[i], labels[truth_of(judged, i)], answer->tag, answer->confidence});
    }
    return outcomes;
}

}  // namespace croquis::learning
