#pragma once

#include <string>
#include <vector>

#include "learning/dataset.h"
#include "learning/metrics.h"
#include "learning/train/network.h"

namespace croquis::learning {

/// Logits with the index of the true label.
struct Judged {
    torch::Tensor logits;  ///< [N,classes]
    torch::Tensor truth;   ///< int64 [N]
    std::vector<std::string> ids;
};

Judged judge(Network& network, const std::vector<Example>& examples);
Judged judge_synthetic(Network& network, std::uint64_t seed, std::int64_t count);

/// The temperature that makes the likelihood of the truth greatest (Guo et al. 2017).
float fit_temperature(const Judged& judged);

/// The highest confidence below which to answer "unknown" that refuses at most `allowed` (0…1) of
/// the shapes that the network, left alone, gets right.
float fit_unknown_below(const Judged& judged, float temperature, float allowed);

std::vector<Outcome> outcomes_of(const Judged& judged, float temperature, float unknown_below);

}  // namespace croquis::learning
