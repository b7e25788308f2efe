#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace croquis::learning {

/// Where a network learns.
enum class Device { cpu, cuda };

/// How much each part of the loss counts against the labels' own.
struct LossWeights {
    double wide = 0.6;   ///< the wide classifier
    double views = 0.5;  ///< finding a drawing's other view
};

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
    LossWeights weights = {};
    Device device = Device::cpu;
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

/// What croquis-train is asked to do. Empty paths and names are what was not asked for.
struct RunOptions {
    TrainingOptions training;
    int threads = 2;
    bool quick = false;            ///< a tiny training that checks the machinery
    bool resume = false;           ///< go on from the checkpoint
    bool keep_checkpoint = false;  ///< leave it when done
    bool measure_again = false;    ///< only measure the model in `out`, and write its card anew
    bool whiten_again = false;     ///< only whiten the embedding of the model in `out`
    std::filesystem::path out = "models";
    std::filesystem::path people;      ///< folder of people's drawings
    std::filesystem::path begin_with;  ///< an earlier model whose convolutions it begins with
    std::filesystem::path preview;     ///< only write a sheet of samples there, as PNG
    std::filesystem::path compare;     ///< only measure this finished model
    std::string leave_out;             ///< the source to train without and to measure on
    std::filesystem::path checkpoint = "croquis-train.checkpoint";
};

}  // namespace croquis::learning
