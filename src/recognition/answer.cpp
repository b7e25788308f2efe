#include "recognition/answer.h"

#include <algorithm>
#include <cmath>

namespace croquis::recognition {
namespace {

std::vector<float> softmax(std::span<const float> logits, float temperature) {
    const float peak = *std::max_element(logits.begin(), logits.end());
    std::vector<float> parts(logits.size());
    float sum = 0;
    for (std::size_t i = 0; i < parts.size(); ++i)
        sum += parts[i] = std::exp((logits[i] - peak) / temperature);
    for (float& part : parts) part /= sum;
    return parts;
}

float probability_of(std::string_view tag, const std::vector<float>& probabilities,
                     const std::vector<std::string>& labels) {
    const auto found = std::find(labels.begin(), labels.end(), tag);
    return found == labels.end() ? 0
                                 : probabilities[static_cast<std::size_t>(found - labels.begin())];
}

}  // namespace

Result<Prediction> to_prediction(std::span<const float> logits, const ModelInfo& info) {
    const auto is_finite = [](float v) { return std::isfinite(v); };
    if (!std::all_of(logits.begin(), logits.end(), is_finite))
        return Error{ErrorKind::internal, "The model's answer is not a finite number."};
    Prediction answer;
    answer.probabilities = softmax(logits, info.temperature);
    const auto& all = answer.probabilities;
    const auto best = std::max_element(all.begin(), all.end());
    answer.tag = info.labels[static_cast<std::size_t>(best - all.begin())];
    if (*best < info.unknown_below) answer.tag = unknown_tag;
    answer.confidence = probability_of(answer.tag, all, info.labels);
    return answer;
}

}  // namespace croquis::recognition
