#pragma once

#include <string>
#include <vector>

#include "learning/dataset.h"
#include "learning/metrics.h"
#include "learning/train/network.h"

namespace croquis::learning {

/// Logits with the index of the true label, and the drawings they are of.
struct Judged {
    torch::Tensor logits;  ///< [N,classes]
    torch::Tensor truth;   ///< int64 [N]
    std::vector<std::string> ids;
    std::vector<drawing::ModelInput> inputs;
};

Judged judge(Network& network, const std::vector<Example>& examples);
Judged judge_synthetic(Network& network, std::uint64_t seed, std::int64_t count);

/// The temperature that makes the likelihood of the truth greatest (Guo et al. 2017).
float fit_temperature(const Judged& judged);

/// What fit_unknown_below balances, as parts of 1.
struct Refusal {
    float others = 0.93F;  ///< of the drawings that are no shape, to be refused
    float shapes = 0.03F;  ///< of the shapes that the network gets right, at most lost by it
};

/// The lowest confidence below which to answer "unknown" that refuses enough of the drawings that
/// are no shape, as far as the shapes allow.
float fit_unknown_below(const Judged& judged, float temperature, const Refusal& refusal);

std::vector<Outcome> outcomes_of(const Judged& judged, float temperature, float unknown_below);

}  // namespace croquis::learning
