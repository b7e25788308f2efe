#include "service/models/narrowing.h"

#include <algorithm>

namespace croquis::service {
namespace {

constexpr const char* unknown = "unknown";

}  // namespace

Narrowed narrowed(const std::vector<std::string>& labels, const std::vector<float>& probabilities,
                  const std::set<std::string>& project) {
    Narrowed left;
    if (labels.size() != probabilities.size()) return left;
    float rest = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] == unknown || !project.contains(labels[i])) {
            rest += probabilities[i];
            continue;
        }
        left.labels.push_back(labels[i]);
        left.probabilities.push_back(probabilities[i]);
    }
    left.labels.emplace_back(unknown);
    left.probabilities.push_back(std::clamp(rest, 0.0F, 1.0F));
    return left;
}

store::Prediction narrowed(store::Prediction prediction, const std::vector<std::string>& labels,
                           const std::set<std::string>& project) {
    if (prediction.tag != unknown && project.contains(prediction.tag)) return prediction;
    const auto left = narrowed(labels, prediction.probabilities, project);
    prediction.tag = unknown;
    if (!left.probabilities.empty()) prediction.confidence = left.probabilities.back();
    return prediction;
}

}  // namespace croquis::service
