#pragma once

#include <string>

#include "drawing/strokes.h"

namespace croquis::drawing {

/// The strokes as a picture that is sharp at any size: a document of SVG 1.1 with a path a stroke,
/// in the order in which they were drawn. The view is the drawing's box and the pen's width around
/// it; the pen is as wide, for the longer side, as on the page's canvas. Nothing in it but numbers.
std::string to_svg(const Strokes& strokes);

}  // namespace croquis::drawing
