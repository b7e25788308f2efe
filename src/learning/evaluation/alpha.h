#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace croquis::learning {

/// Krippendorff's alpha for labels, which stand in no order: how far people agree beyond chance. 1
/// where they always agree, 0 where they agree as often as chance alone would have it, below 0
/// where less often. Not every person need have answered every unit. From 0.8 on it is good, from
/// 0.667 on enough for tentative conclusions. (Krippendorff 2011: Computing Krippendorff's
/// Alpha-Reliability, https://repository.upenn.edu/asc_papers/43.)
struct NominalAlpha {
    std::size_t units = 0;        ///< that two people or more answered; others say nothing
    std::size_t answers = 0;      ///< of those
    double agreed = 0;            ///< the part of pairs of answers to one unit that are the same
    std::optional<double> alpha;  ///< nothing where all answers are the same, or there are none
    /// Between what alpha lies in 95 of 100 samples of units drawn anew from these; nothing with
    /// fewer than fewest_units_for_interval of them.
    std::optional<double> low;
    std::optional<double> high;
};

inline constexpr std::size_t fewest_units_for_interval = 10;

/// The answers to each unit, labels being numbered from 0. Always the same for the same answers.
/// Time grows with the answers, a thousandfold.
NominalAlpha nominal_alpha(const std::vector<std::vector<int>>& units);

}  // namespace croquis::learning
