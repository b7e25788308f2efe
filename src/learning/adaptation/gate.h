#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

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
    uneven,     ///< better as a whole, but a label is lost or worse
};

/// How often the gate may be wrong about all candidates that are ever held against one live model.
inline constexpr double gate_error = 0.05;

/// A label may lose so much of its accuracy to a candidate that is better as a whole.
inline constexpr double label_margin = 0.05;

/// How a candidate does on the drawings of one label.
struct LabelResult {
    std::string label;
    PairedAnswers answers;
    double difference = 0;  ///< as that of GateResult
    /// Whether it lost more than label_margin beyond chance (5 %): McNemar's exact test, of that
    /// margin instead of none. It looks at this label and at this moment alone: where it errs, a
    /// person decides what the gate would have.
    bool worse = false;
};

struct GateResult {
    PairedAnswers answers;
    std::vector<LabelResult> labels;  ///< in the alphabet's order; empty where none were told apart
    /// Labels that are needed, that the live model answers and the candidate does not.
    std::vector<std::string> lost;
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

/// The same of all labels together; uneven instead of better where a label is worse or lost.
GateResult compare(const std::map<std::string, PairedAnswers>& by_label,
                   std::vector<std::string> lost, std::size_t candidate = 1);

/// Drawings that would decide, where the models disagree on the part `disagreement` of them and the
/// true difference is `difference`, as often as not. Both in 0…1, difference at most disagreement;
/// 0 where either is not above 0, or more than a billion were needed.
std::size_t drawings_needed(double difference, double disagreement, std::size_t candidate = 1);

}  // namespace croquis::learning
