#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "learning/training/network.h"

namespace croquis::learning {

/// How well categories are told apart after a few examples of each.
struct FewShot {
    int ways = 0;   ///< categories in an episode
    int shots = 0;  ///< examples of each that a head is taught on
    int episodes = 0;
    std::size_t categories = 0;  ///< to draw from
    double accuracy = 0;         ///< 0…1, mean over the episodes
    double low = 0;  ///< 95 of 100 means over other draws of categories lie between these
    double high = 0;
};

/// Teaches a head (multinomial regression, regularised, on embeddings scaled to length 1) on
/// `shots` drawings of each of `ways` categories and asks it about up to 15 others of each, in
/// episodes drawn from `seed`. The interval is by bootstrap over the categories. Categories with
/// fewer than shots + 5 drawings are left out; nothing where too few are left.
FewShot few_shot(const torch::Tensor& embeddings, const std::vector<std::string>& categories,
                 int ways, int shots, int episodes, std::uint64_t seed);

}  // namespace croquis::learning
