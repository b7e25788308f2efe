#pragma once

#include <cstddef>
#include <cstdint>

/// What is asked of a training.
namespace croquis::service {

inline constexpr std::int64_t fewest_training_steps = 100;
inline constexpr std::int64_t most_training_steps = 100'000;

struct TrainRequest {
    bool from_live = true;  ///< begin with the live model's convolutions, not with random ones
    bool sketches = true;   ///< learn from the sketcher's shapes too
    std::int64_t steps = 3000;
    bool quick = false;  ///< a tiny training that checks the machinery
};

/// All that a training is begun with beside its drawings.
struct TrainingPlan {
    TrainRequest request;
    std::uint64_t seed = 1;
    std::size_t threads = 1;
};

}  // namespace croquis::service
