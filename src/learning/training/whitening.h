#pragma once

#include <cstddef>
#include <cstdint>

#include "learning/training/network.h"
#include "learning/training/samples.h"

namespace croquis::learning {

/// Turns and stretches the network's embedding so that drawings of one category spread more evenly:
/// by the covariance within the categories of the wide classifier, estimated on the corpus's first
/// `count` samples of a seed of its own and shrunk by a tenth (Ledoit and Wolf 2004), to the power
/// -1/4. The power -1/2 is within-class covariance normalisation (Hatch, Kajarekar and Stolcke
/// 2006); half of it is what serves categories that were never learnt from. It goes into the
/// projection: nothing is left to do at run time, and the logits stay. The embedding's mean square
/// length stays too. Deterministic as training is. The network must be in eval mode; its wide
/// classifier and its views are of no use afterwards.
void whiten(Network& network, const Corpus& corpus, std::size_t count);

/// How many samples to whiten by after a training on `learnt`: a quarter, so that it takes a small
/// part of the training's time; from 8,192, which give most of what more would
/// (docs/decisions/2026-11-28-the-embedding-whitened-by-half.md), to 65,536. Even.
std::size_t whitening_samples(std::int64_t learnt);

}  // namespace croquis::learning
