#pragma once

#include <opencv2/core.hpp>

#include "drawing/image.h"
#include "drawing/ink.h"

/// Photographs of drawings on paper. All functions are deterministic and thread-safe.
namespace croquis::drawing {

/// Whether the picture, whose ink is `ink`, shows paper under some light rather than a canvas. What
/// has an edge of exactly one colour is no photograph, however a shape on it is shaded.
bool is_photograph(const Image& image, const Ink& ink);

/// Takes the paper away, the lines printed on it, and the table round it: a mask (CV_8UC1) of what
/// is darker, reduced to at most 512 pixels a side.
cv::Mat ink_of_photograph(const Image& image);

}  // namespace croquis::drawing
