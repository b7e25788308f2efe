#include "learning/train/calibration.h"

#include <algorithm>
#include <cmath>

#include "learning/sketcher.h"
#include "learning/train/samples.h"

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

std::int64_t label_index(const std::string& word) {
    const auto& labels = shape_labels();
    const auto found = std::find(labels.begin(), labels.end(), word);
    return found == labels.end() ? static_cast<std::int64_t>(labels.size()) - 1
                                 : found - labels.begin();
}

}  // namespace

Judged judge(Network& network, const std::vector<Example>& examples) {
    constexpr std::int64_t side = drawing::model_side;
    const auto count = static_cast<std::int64_t>(examples.size());
    auto images = torch::empty({count, 1, side, side}, torch::kUInt8);
    auto truth = torch::empty({count}, torch::kInt64);
    Judged judged;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto& example = examples[static_cast<std::size_t>(i)];
        std::copy(example.input.begin(), example.input.end(),
                  images.data_ptr<std::uint8_t>() + i * side * side);
        truth[i] = label_index(example.word);
        judged.ids.push_back(example.id);
        judged.inputs.push_back(example.input);
    }
    judged.logits = run(network, images);
    judged.truth = truth;
    return judged;
}

Judged judge_synthetic(Network& network, std::uint64_t seed, std::int64_t count) {
    const auto samples = make_samples(seed, 0, count);
    Judged judged{run(network, samples.images), samples.labels, {}, {}};
    const auto* pixels = samples.images.data_ptr<std::uint8_t>();
    for (std::int64_t i = 0; i < count; ++i) {
        judged.ids.push_back("sketch " + std::to_string(i));
        auto& input = judged.inputs.emplace_back();
        std::copy_n(pixels + i * static_cast<std::int64_t>(input.size()), input.size(),
                    input.begin());
    }
    return judged;
}

float fit_temperature(const Judged& judged) {
    float best = 1;
    double least = 1e9;
    for (int i = 0; i <= 120; ++i) {
        const auto temperature = static_cast<float>(0.4 * std::pow(10.0, i / 120.0));  // 0.4 … 4
        const double loss =
            torch::nn::functional::cross_entropy(judged.logits / temperature, judged.truth)
                .item<double>();
        if (loss < least) {
            least = loss;
            best = temperature;
        }
    }
    return best;
}

float fit_unknown_below(const Judged& judged, float temperature, const Refusal& refusal) {
    const auto unknown = static_cast<std::int64_t>(shape_labels().size()) - 1;
    const auto [confidence, said] = torch::softmax(judged.logits / temperature, 1).max(1);
    std::vector<float> right, accepted;
    std::size_t others = 0;
    for (std::int64_t i = 0; i < judged.truth.size(0); ++i) {
        const auto truth = judged.truth[i].item<std::int64_t>();
        const auto answer = said[i].item<std::int64_t>();
        others += truth == unknown ? 1U : 0U;
        if (truth != unknown && answer == truth) right.push_back(confidence[i].item<float>());
        if (truth == unknown && answer != truth) accepted.push_back(confidence[i].item<float>());
    }
    if (right.empty()) return 0;
    std::sort(right.begin(), right.end());
    std::sort(accepted.rbegin(), accepted.rend());
    const float ceiling =
        right[static_cast<std::size_t>(refusal.shapes * static_cast<float>(right.size()))];
    const auto tolerated =
        static_cast<std::size_t>((1 - refusal.others) * static_cast<float>(others));
    const float needed =
        tolerated < accepted.size() ? std::nextafter(accepted[tolerated], 2.0F) : 0.0F;
    return std::min(needed, ceiling);
}

std::vector<Outcome> outcomes_of(const Judged& judged, float temperature, float unknown_below) {
    const auto& labels = shape_labels();
    const auto [confidence, said] = torch::softmax(judged.logits / temperature, 1).max(1);
    std::vector<Outcome> outcomes;
    for (std::int64_t i = 0; i < judged.truth.size(0); ++i) {
        const float sure = confidence[i].item<float>();
        const auto& answer = labels[static_cast<std::size_t>(said[i].item<std::int64_t>())];
        outcomes.push_back({judged.ids[static_cast<std::size_t>(i)],
                            labels[static_cast<std::size_t>(judged.truth[i].item<std::int64_t>())],
                            sure < unknown_below ? labels.back() : answer, sure});
    }
    return outcomes;
}

}  // namespace croquis::learning
