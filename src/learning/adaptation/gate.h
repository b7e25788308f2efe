#pragma once

#include <cstddef>

#include "learning/evaluation/metrics.h"

/// Whether a candidate model is better than the live one, on drawings that both answered. It may be
/// asked every day, and about one candidate after the other.
namespace croquis::learning {

/// Drawings by which of the two models was right.
struct PairedAnswers {
    std::size_t both = 0;
    std::size_t only_candidate = 0;
    std::size_t only_live = 0;
    std::size_t neither = 0;

    [[nodiscard]] std::size_t all() const { return both + only_candidate + only_live + neither; }
};

enum class Verdict {
    better,
    worse,
    undecided,  ///< the drawings are too few to tell
};

/// How often the gate may be wrong about all candidates that are ever held against one live model.
inline constexpr double gate_error = 0.05;

struct GateResult {
    PairedAnswers answers;
    /// Accuracy of the candidate less that of the live model, -1…1.
    double difference = 0;
    /// Of the difference; it holds the true one at every look at every candidate of this live
    /// model, in 95 of 100 cases (evidence.h).
    double low = -1;
    double high = 1;
    /// How often chance alone ever gives so much, whenever one looks.
    double p_value = 1;
    Verdict verdict = Verdict::undecided;
};

/// Better where the interval lies above 0, worse where it lies below. `candidate` counts those that
/// were held against the live model, this one included, from 1: the n-th may use 1 / (n (n + 1)) of
/// gate_error, which comes to all of it.
GateResult compare(const PairedAnswers& answers, std::size_t candidate = 1);

/// Drawings that would decide, where the models disagree on the part `disagreement` of them and the
/// true difference is `difference`, as often as not. Both in 0…1, difference at most disagreement;
/// 0 where either is not above 0, or more than a billion were needed.
std::size_t drawings_needed(double difference, double disagreement, std::size_t candidate = 1);

}  // namespace croquis::learning
