#pragma once

#include <cstdint>

#include "learning/train/network.h"

namespace croquis::learning {

struct Samples {
    torch::Tensor images;  ///< uint8 [N,1,side,side]
    torch::Tensor labels;  ///< int64 [N]
};

/// `count` sketches of random labels. Sample i depends on seed and first + i alone, whatever the
/// number of threads. "unknown" takes a fifth of them.
Samples make_samples(std::uint64_t seed, std::uint64_t first, std::int64_t count);

}  // namespace croquis::learning
