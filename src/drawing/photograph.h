#pragma once

#include <opencv2/core.hpp>
#include <optional>

#include "drawing/image.h"
#include "drawing/ink.h"

/// Photographs of drawings on paper. All functions are deterministic and thread-safe.
namespace croquis::drawing {

/// Pixels of the longer side: what is smaller shows no shadow and no crease.
inline constexpr int smallest_photograph = 128;

/// Whether the picture, whose ink is `ink`, shows paper under some light rather than a canvas. What
/// has an edge of exactly one colour is no photograph, however a shape on it is shaded.
bool is_photograph(const Image& image, const Ink& ink);

/// Takes the paper away, the lines printed on it, the table round it, holes and shadows: a mask
/// (CV_8UC1) of what is darker, reduced to at most 512 pixels a side. The paper is estimated beside
/// the strokes (S. Lu, B. Su and C. Tan, "Document image binarization using background estimation
/// and stroke edges", IJDAR 13, 2010), in a window as wide as theirs asks for (R. Moghaddam and
/// M. Cheriet, "AdOtsu: an adaptive and parameterless generalization of Otsu's method", Pattern
/// Recognition 45, 2012).
cv::Mat ink_of_photograph(const Image& image);

/// The same of a photograph in light so even that it is none for is_photograph(): little ink, a
/// camera's grain all over, and 128 pixels or more. Nothing of other pictures, nor where it would
/// lose what is drawn, as it does what is filled.
std::optional<cv::Mat> ink_in_even_light(const Image& image, const Ink& ink);

}  // namespace croquis::drawing
