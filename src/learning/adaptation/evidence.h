#pragma once

#include <cstddef>

#include "learning/evaluation/metrics.h"

/// What outcomes say of their mean, however often one looks. Who looks every day and stops at a
/// moment that suits them is misled no more often than who looks once: a test by betting, and the
/// confidence sequence that it gives (Waudby-Smith and Ramdas 2023, "Estimating means of bounded
/// random variables by betting", with a fixed mixture of bets; Ville's inequality).
namespace croquis::learning {

/// How many outcomes were 1, a half and 0. They need not be whole: expected counts will do.
struct Outcomes {
    double ones = 0;
    double halves = 0;
    double zeros = 0;

    [[nodiscard]] double all() const { return ones + halves + zeros; }
    [[nodiscard]] double mean() const { return all() > 0 ? (ones + halves / 2) / all() : 0.5; }
};

/// What somebody has who began with 1 and kept betting that the mean lies above `mean` (below it),
/// at odds that are fair there: where the mean is not above (not below) it, this ever reaches x
/// with a probability of at most 1/x. `mean`: 0…1, neither end.
double evidence_above(const Outcomes& outcomes, double mean);
double evidence_below(const Outcomes& outcomes, double mean);

/// Holds the mean at every look, from the first to the last, with a probability of 1 - alpha.
/// 0 < alpha < 1.
Interval confidence_sequence(const Outcomes& outcomes, double alpha);

}  // namespace croquis::learning
