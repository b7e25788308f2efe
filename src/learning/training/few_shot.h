#pragma once

#include "learning/adaptation/few_shot.h"
#include "learning/training/network.h"

namespace croquis::learning {

/// A head for few_shot(): multinomial regression, regularised, on embeddings scaled to length 1,
/// `embeddings` as they come ([rows,size]).
EpisodeHead regression_head(const torch::Tensor& embeddings);

}  // namespace croquis::learning
