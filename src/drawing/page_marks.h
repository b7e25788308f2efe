#pragma once

#include <opencv2/core.hpp>

namespace croquis::drawing {

/// Takes out of `mask` (CV_8UC1, ink 255 on 0, of a photographed page) what nobody drew: what is
/// cut off along the picture's edge, as a strip of table or the corner of a shadow is, and punched
/// holes. These are round and solid, of one size, in a row along an edge of the page, and all else
/// lies on one side of them (as connected components are told apart by size and place in F. Shafait
/// and T. Breuel, "A simple and effective approach for border noise removal from document images",
/// INMIC 2009). A lone one is thicker than the pen's lines. Deterministic and thread-safe.
void remove_page_marks(cv::Mat& mask);

/// How wide the lines of a mask are, in pixels: three quarters of their length are no wider. 0 of
/// an empty one. Twice the distance of their middles from what is no ink.
double stroke_width(const cv::Mat& mask);

}  // namespace croquis::drawing
