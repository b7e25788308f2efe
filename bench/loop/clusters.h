#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sets.h"

namespace croquis::bench {

/// Which of `which` lie together, by k-means on embeddings of length 1 (Lloyd 1982, begun from
/// drawings far apart: Arthur and Vassilvitskii 2007). At most `count` clusters, none empty; the
/// members of each stand by their nearness to its middle. Always the same for the same seed.
std::vector<std::vector<std::size_t>> clusters_of(const LabelledSet& set,
                                                  const std::vector<std::size_t>& which,
                                                  std::size_t count, std::uint64_t seed);

}  // namespace croquis::bench
