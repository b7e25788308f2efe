#pragma once

#include <span>
#include <string>
#include <vector>

#include "learning/dataset.h"
#include "learning/metrics.h"
#include "learning/train/network.h"
#include "learning/train/samples.h"

namespace croquis::learning {

/// Logits with the index of the true label, and the drawings they are of.
struct Judged {
    torch::Tensor logits;  ///< [N,classes]
    torch::Tensor truth;   ///< int64 [N]
    std::vector<std::string> ids;
    std::vector<drawing::ModelInput> inputs;
};

Judged judge(Network& network, const std::vector<Example>& examples);
/// The ids are "sketch 0", "sketch 1", …
Judged judge(Network& network, const Samples& samples);
Judged joined(const std::vector<Judged>& parts);

/// What turns a network's logits into an answer (recognition/answer.h).
struct Calibration {
    float temperature = 1;
    float unknown_bias = 0;  ///< added to the logit of "unknown" when the model is exported
    float unknown_below = 0;
};

struct CalibrationGoals {
    float others_refused = 0.86F;  ///< of the drawings that are no shape, of kinds not learnt from
    float unknown_below = 0.4F;    ///< less sure than this is no answer
};

/// The bias is the least that refuses enough of the people's drawings that are no shape. The
/// temperature makes the truth likeliest (Guo et al. 2017) over the shapes that are answered with a
/// shape, people's and careful sketches counting alike.
Calibration calibrate(const Judged& people, const Judged& careful, const CalibrationGoals& goals);

/// The answers that serving would give.
std::vector<Outcome> outcomes_of(const Judged& judged, const Calibration& calibration);

}  // namespace croquis::learning
