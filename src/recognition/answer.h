#pragma once

#include <span>

#include "core/error.h"
#include "recognition/recognizer.h"

namespace croquis::recognition {

/// Softmax of logits / temperature (Guo et al. 2017), the label it favours, and "unknown" where
/// that is the favoured label or the best probability is under info.unknown_below. The confidence
/// is the answered tag's own probability, also that of "unknown": 0 where no label of the model is
/// "unknown". Logits that are not finite are an internal error. `logits` has one value a label.
Result<Prediction> to_prediction(std::span<const float> logits, const ModelInfo& info);

}  // namespace croquis::recognition
