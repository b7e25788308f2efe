#pragma once

#include <cstddef>

#include "learning/evaluation/metrics.h"

/// Whether a candidate model is better than the live one, on drawings that both answered.
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

struct GateResult {
    PairedAnswers answers;
    /// Accuracy of the candidate less that of the live model, -1…1.
    double difference = 0;
    /// Of the difference; 95 of 100 such intervals hold the true one (Agresti and Min 2005: Wald's
    /// with half a drawing added to each cell).
    double low = -1;
    double high = 1;
    /// Exact two-sided McNemar test: how often chance alone gives so much.
    double p_value = 1;
    Verdict verdict = Verdict::undecided;
};

/// Better where the interval lies above 0 and p is below 0.05; worse the other way round.
GateResult compare(const PairedAnswers& answers);

/// Drawings that show a true difference of `difference` in four of five tries (two-sided 5 %, power
/// 80 %; Connor 1987), where the models disagree on the part `disagreement` of them. Both in 0…1,
/// difference at most disagreement; 0 where either is not above 0.
std::size_t drawings_needed(double difference, double disagreement);

}  // namespace croquis::learning
