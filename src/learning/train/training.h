#pragma once

#include <cstdint>
#include <filesystem>

#include "core/error.h"
#include "learning/train/network.h"

namespace croquis::learning {

struct TrainingOptions {
    std::uint64_t seed = 1;
    std::int64_t steps = 0;
    std::int64_t batch = 256;
    double learning_rate = 3e-3;  ///< highest, after the warm-up; then a cosine down to nothing
    double weight_decay = 1e-4;
    std::int64_t checkpoint_every = 500;
    std::filesystem::path checkpoint;  ///< file; training goes on from it where it exists
};

/// Trains by AdamW (Loshchilov and Hutter 2019) on sketches made as it goes: no sketch is seen
/// twice. Shows a progress bar on a terminal, else a line now and then. Returns the loss of the
/// first and last 5 % of the steps.
struct TrainingResult {
    double first_loss = 0;
    double last_loss = 0;
    double samples_per_second = 0;
};
Result<TrainingResult> train(Network& network, const TrainingOptions& options);

}  // namespace croquis::learning
