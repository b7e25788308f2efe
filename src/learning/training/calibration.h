#pragma once

#include <span>
#include <string>
#include <vector>

#include "learning/dataset/people.h"
#include "learning/evaluation/metrics.h"
#include "learning/training/network.h"
#include "learning/training/samples.h"

namespace croquis::learning {

/// What a network says of drawings whose labels are known, and the drawings.
struct Judged {
    torch::Tensor logits;      ///< [N,classes]
    torch::Tensor embeddings;  ///< [N,embedding_size]
    torch::Tensor truth;       ///< int64 [N], of shape_labels(); not_asked where none is known
    std::vector<std::string> ids;
    std::vector<std::string> categories;  ///< empty where there is none
    std::vector<std::string> hands;       ///< PersonsDrawing::hand
    std::vector<drawing::ModelInput> inputs;
};

/// Drawings that show nothing are passed over.
Judged judge(Network& network, const std::vector<const PersonsDrawing*>& drawings);
/// The ids are "sketch 0", "sketch 1", …
Judged judge(Network& network, const Samples& samples);

/// What turns a network's logits into an answer (recognition/answer.h).
struct Calibration {
    float temperature = 1;
    float unknown_bias = 0;  ///< added to the logit of "unknown" when the model is exported
    float unknown_below = 0;
};

/// Temperature (Guo et al. 2017) and bias that make the truth likeliest over all parts. Of each
/// part its shapes count as much as those of any other part, however many they are, and so do its
/// drawings that are none: a source with many drawings does not decide for the others. All shapes
/// together count twice as much as all that are none.
Calibration calibrate(const std::vector<const Judged*>& parts, float unknown_below);

/// The answers that serving would give, of the drawings whose label is known.
std::vector<Outcome> outcomes_of(const Judged& judged, const Calibration& calibration);
/// The pictures of these, in the same order.
std::vector<drawing::ModelInput> inputs_of(const Judged& judged);

}  // namespace croquis::learning
