#pragma once

#include <string>
#include <vector>

#include "drawing/normalise.h"
#include "learning/evaluation/metrics.h"

namespace croquis::learning {

/// A drawing that a model got wrong, as the model saw it.
struct Misclassified {
    Outcome outcome;
    drawing::ModelInput input{};
};

/// The wrong ones, most sure first, at most `most`. `inputs` are the drawings of `outcomes`, in
/// order.
std::vector<Misclassified> failures_of(const std::vector<Outcome>& outcomes,
                                       const std::vector<drawing::ModelInput>& inputs,
                                       std::size_t most);

/// A sheet of them as one SVG element: picture, what it is, what was said and how sure.
std::string failures_svg(const std::vector<Misclassified>& failures);

}  // namespace croquis::learning
