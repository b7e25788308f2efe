#pragma once

#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "drawing/image.h"

/// The ink of a picture: what is not its background. All functions are deterministic and
/// thread-safe.
namespace croquis::drawing {

/// Of 255: what a clean canvas stays within.
inline constexpr int background_noise = 12;
/// Pixels in a block.
inline constexpr std::size_t lanes = 16;

inline std::size_t channels_of(const Image& image) {
    return static_cast<std::size_t>(image.channels);
}

/// Where the row begins in the picture's pixels.
inline const std::uint8_t* row_of(const Image& image, int y) {
    return image.pixels.data() +
           static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) * channels_of(image);
}

/// What one look at a picture's pixels finds out.
struct Ink {
    cv::Mat depth;  ///< how far each pixel is from the background, 0…255; rows
                    ///< go on with zeros to a whole number of blocks
    std::vector<std::uint8_t> columns;    ///< the darkest of each column
    std::vector<std::uint8_t> rows;       ///< and of each row
    bool framed = false;                  ///< all of the outermost pixels are of one colour
    std::size_t quiet = 0;                ///< pixels that are background
    std::vector<int> blocks;              ///< row by row, where `lanes` pixels begin that have ink
    std::vector<std::size_t> block_ends;  ///< of each row, in `blocks`
};

/// Of a transparent canvas only alpha counts, the last channel: what is opaque is ink, whatever its
/// colour.
Ink find_ink(const Image& image);

/// Of a mask (CV_8UC1, contiguous) whose background is 0.
Ink ink_of_mask(const cv::Mat& mask);

/// Whether all of the outermost pixels are the first.
bool is_framed_in_one_colour(const Image& image);

}  // namespace croquis::drawing
