#pragma once

#include <cstdint>
#include <filesystem>

#include "core/error.h"
#include "learning/training/learner.h"
#include "learning/training/network.h"
#include "learning/training/samples.h"

namespace croquis::learning {

struct TrainingOptions {
    std::uint64_t seed = 1;
    std::int64_t steps = 0;
    std::int64_t batch = 128;      ///< even: samples come in pairs
    double learning_rate = 3e-3;   ///< after the warm-up, until it is let down
    double decay_fraction = 0.35;  ///< part of the steps, the last, over which it falls
    double lowest = 0.05;          ///< part of it that is left at the end
    double averaged = 0.6;         ///< part of the steps in which it falls, the last, whose weights
                                   ///< are averaged
    double weight_decay = 1e-4;
    LossWeights weights;
    torch::Device device = torch::kCPU;
    std::size_t loaders = 1;  ///< threads that make samples ahead of the network, a step each
    std::int64_t checkpoint_every = 50;

    /// The step from which the learning rate falls.
    [[nodiscard]] std::int64_t fall() const {
        return steps - static_cast<std::int64_t>(decay_fraction * static_cast<double>(steps));
    }
    /// The step from which the weights are averaged.
    [[nodiscard]] std::int64_t average_from() const {
        return steps - static_cast<std::int64_t>(averaged * static_cast<double>(steps - fall()));
    }
};

/// The loss at the beginning and at the end, each over a twentieth of the steps.
struct TrainingResult {
    double first_loss = 0;
    double last_loss = 0;
    double samples_per_second = 0;
    bool on_gpu = false;  ///< whether any of the steps was learnt on a GPU
};

/// Trains by AdamW (Loshchilov and Hutter 2019) on samples made as it goes: none is seen twice. The
/// learning rate warms up, stays, and at the end is let down (Hu et al. 2024, "warmup, stable,
/// decay"), so that how long to go on can be said late: until it falls, nothing depends on the
/// number of steps. What comes out is the mean of the weights over the last steps (Izmailov et al.
/// 2018; on data from elsewhere than what was learnt from: Cha et al. 2021).
///
/// `checkpoint` is written as it goes and at the end; where it exists, the training goes on from
/// it. Shows a progress bar on a terminal, else a line now and then. Deterministic for a given
/// number of threads, also where it is resumed, on a processor; a GPU's sums differ in the last
/// digits. Afterwards the network is on the processor.
Result<TrainingResult> train(Network& network, const TrainingOptions& options, const Corpus& corpus,
                             const std::filesystem::path& checkpoint);

}  // namespace croquis::learning
