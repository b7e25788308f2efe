#pragma once

#include <cstddef>
#include <vector>

namespace croquis::learning {

/// How far two samples of one thing lie apart, by how many of each fall into the same bins.
struct Drift {
    std::size_t reference = 0;  ///< drawings
    std::size_t now = 0;
    double index = 0;  ///< population stability index; 0 where they are alike
    /// What 95 of 100 pairs of samples of this size show that are alike: an index up to here is
    /// noise. 0 where there is nothing to compare.
    double by_chance = 0;

    [[nodiscard]] bool is_beyond_chance() const { return index > by_chance; }
};

/// The population stability index, half a drawing added to each bin. Its usual limits, 0.1 and
/// 0.25, heed no sample's size; the level of chance here does: the 95th percentile of chi-squared
/// with one degree of freedom fewer than there are bins, times 1/n + 1/m (Yurdakul 2018). Both
/// vectors have a count for each bin; bins that are empty in both do not count.
Drift drift_between(const std::vector<std::size_t>& reference, const std::vector<std::size_t>& now);

}  // namespace croquis::learning
