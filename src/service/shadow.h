#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "learning/evaluation/metrics.h"
#include "store/store.h"

/// What a model that is not live would answer, beside what the live one answered.
namespace croquis::service {

/// Drawings that both are asked about: the newest of the project.
inline constexpr std::size_t most_shadowed = 2'000;
/// Drawings about which they disagree that are given, the newest.
inline constexpr std::size_t most_disagreements = 24;

struct Disagreement {
    store::Drawing drawing;  ///< with the live model's answer as its prediction
    std::string tag;         ///< what the other one says
    float confidence = 0;
};

struct Shadow {
    std::string model;
    std::string live;
    learning::Share agreement;                      ///< how often both say the same
    std::map<std::string, learning::Share> labels;  ///< by what the live one says
    double microseconds = 0;  ///< of computation, for the model's answer to a drawing
    std::vector<Disagreement> disagreements;
};

/// Asks the model's last layer about stored embeddings, so that nobody who draws waits for it, and
/// stores nothing. Blocks for some milliseconds: call it from a worker. Errors: not_found (the
/// model, in this project; a live one); conflict (code other_network) where the two models do not
/// share the network that gives the embeddings, or the model has more than one layer behind it;
/// those of the store.
Result<Shadow> shadow_of(store::Store& store, int project, const std::string& model);

}  // namespace croquis::service
