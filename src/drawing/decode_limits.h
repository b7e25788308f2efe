#pragma once

#include <cstddef>
#include <limits>

namespace croquis::drawing {

/// Checked against the file's header before any pixel memory is allocated.
struct DecodeLimits {
    std::size_t max_bytes = std::size_t{2} << 20U;  ///< of the encoded file
    int min_side = 8;                               ///< pixels
    int max_side = 4096;                            ///< pixels
    std::size_t max_pixels = 8'000'000;             ///< width times height
};

/// For files that have been within the limits of others.
inline constexpr DecodeLimits unlimited{std::numeric_limits<std::size_t>::max(), 1,
                                        std::numeric_limits<int>::max(),
                                        std::numeric_limits<std::size_t>::max()};

}  // namespace croquis::drawing
