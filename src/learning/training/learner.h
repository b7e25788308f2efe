#pragma once

#include <cstdint>
#include <span>

#include "learning/training/network.h"
#include "learning/training/options.h"
#include "learning/training/samples.h"

namespace croquis::learning {

/// Samples as tensors on a device.
struct Batch {
    torch::Tensor images;      ///< float [N,1,side,side] in 0…1
    torch::Tensor labels;      ///< int64 [N]
    torch::Tensor categories;  ///< int64 [N]
    torch::Tensor doubtful;    ///< bool [N]
    torch::Tensor again;       ///< bool [N]
};

/// Float [N,1,side,side] in 0…1.
torch::Tensor to_images(std::span<const drawing::ModelInput> inputs,
                        torch::Device device = torch::kCPU);
Batch to_batch(const Samples& samples, torch::Device device = torch::kCPU);

/// The mean of a network's weights over steps, statistics of its normalisations included.
class Average {
  public:
    /// Of networks of the layout and on the device of `like`.
    Average(const Network& like, torch::Device device);

    void add(const Network& network);
    /// Nothing changes where nothing was added.
    void copy_to(Network& network) const;
    void save(torch::serialize::OutputArchive& archive) const;
    void load(torch::serialize::InputArchive& archive);

  private:
    Network mean_;
    std::int64_t count_ = 0;
};

/// What a step's samples gave, before the network learnt from them.
struct StepResult {
    double loss = 0;
    double accuracy = 0;  ///< the share of those asked after whose label the network gave, 0…1
};

/// A network and what its training carries from step to step. Its losses: cross-entropy of the
/// labels and of the wide classifier, and NT-Xent of the views (Chen et al. 2020). Where nobody has
/// looked whether a drawing is a shape, one that the network takes for a plain shape teaches no
/// label (as Co-teaching leaves out what does not fit: Han et al. 2018).
class Learner {
  public:
    /// Moves `network` to `device` and learns with it there.
    Learner(Network network, const LossWeights& weights, double weight_decay, torch::Device device);

    /// One step by AdamW (Loshchilov and Hutter 2019); `seed` is of its dropout.
    StepResult learn(const Batch& batch, double rate, std::uint64_t seed);
    /// Takes the weights as they are now into their average.
    void take_into_average() { average_.add(network_); }
    /// Gives the network its average.
    void finish() { average_.copy_to(network_); }

    void save(torch::serialize::OutputArchive& archive) const;
    void load(torch::serialize::InputArchive& archive);

  private:
    Network network_;
    LossWeights weights_;
    torch::optim::AdamW optimiser_;
    Average average_;
};

}  // namespace croquis::learning
