#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

/// What hangs together in a mask. All functions are deterministic and thread-safe.
namespace croquis::drawing {

/// Pixels that touch by a side or a corner.
struct Part {
    int label = 0;  ///< from 1
    cv::Rect box;
    cv::Point2d middle;
    int area = 0;  ///< pixels
};

struct Parts {
    cv::Mat labels;         ///< of each pixel (CV_32S); 0 where the mask is
    std::vector<Part> all;  ///< by their labels
};

/// Of a mask (CV_8UC1).
Parts parts_of(const cv::Mat& mask);

/// For each pixel what `values` has for its label, which is a place in it.
cv::Mat by_label(const cv::Mat& labels, const std::vector<std::uint8_t>& values);

/// 0 for label 0 and 255 for all others: a mask of all the parts, of which some are to go.
std::vector<std::uint8_t> all_kept(const Parts& parts);

}  // namespace croquis::drawing
