#pragma once

#include <set>
#include <string>
#include <vector>

#include "store/model.h"

/// What the general model's answer means in a project that has no model of its own: its tag where
/// that is a label of the project, else "unknown", with the probability that the drawing is none of
/// the project's labels. No label is guessed that the model does not think the likeliest: a person
/// would have to correct it, where "unknown" says that there is something to teach.
namespace croquis::service {

/// Labels and, in their order, probabilities.
struct Narrowed {
    std::vector<std::string> labels;
    std::vector<float> probabilities;
};

/// The labels that both know, and "unknown" with the rest. Nothing where the two differ in length.
Narrowed narrowed(const std::vector<std::string>& labels, const std::vector<float>& probabilities,
                  const std::set<std::string>& project);

/// The probabilities stay the model's.
store::Prediction narrowed(store::Prediction prediction, const std::vector<std::string>& labels,
                           const std::set<std::string>& project);

}  // namespace croquis::service
