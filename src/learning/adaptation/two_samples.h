#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "learning/adaptation/neighbours.h"

/// Whether drawings look otherwise than others, and what they look like on a plane.
namespace croquis::learning {

/// Rows of each sample that are looked at, evenly spread: the time grows with their square.
inline constexpr std::size_t most_of_sample = 250;

struct SamplesCompared {
    std::size_t first = 0;  ///< rows looked at
    std::size_t second = 0;
    /// The square of the maximum mean discrepancy; about 0 where both are alike.
    double distance = 0;
    /// How often chance alone puts two samples of one kind so far apart.
    double p_value = 1;

    [[nodiscard]] bool is_beyond_chance() const { return p_value < 0.01; }
};

/// Holds the first `first` rows against the others by their angles: a kernel two-sample test
/// (Gretton et al. 2012) with a Gaussian kernel as wide as the median distance and 999
/// permutations. The same rows give the same result. Fewer than 10 rows on either side tell
/// nothing. Thread-safe.
SamplesCompared compare_samples(const PackedRows& rows, std::size_t first);

using PlanePoint = std::array<float, 2>;

/// Where each row lies on the plane in which the rows' directions differ most (principal component
/// analysis), within -1…1. Thread-safe.
std::vector<PlanePoint> on_plane(const PackedRows& rows);

}  // namespace croquis::learning
