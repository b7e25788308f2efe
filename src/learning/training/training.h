#pragma once

#include <filesystem>

#include "core/error.h"
#include "learning/training/network.h"
#include "learning/training/options.h"
#include "learning/training/samples.h"

namespace croquis::learning {

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
