#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "core/error.h"
#include "drawing/image.h"

namespace croquis::drawing {

/// A point of the pen's way: x to the right and y downwards in the device's pixels, t in
/// milliseconds since the drawing's start (0 where the device gave no times).
struct Point {
    float x = 0;
    float y = 0;
    float t = 0;
};

using Stroke = std::vector<Point>;
using Strokes = std::vector<Stroke>;

/// Limits on strokes read from outside.
struct StrokeLimits {
    std::size_t max_strokes = 1000;
    std::size_t max_points = 100'000;
};

/// Reads Quick, Draw!'s form: [[[x…],[y…],[t…]?], …]; times may be missing. Coordinates must be
/// finite and within ±1e6. Errors: malformed, invalid, too_large, with the field at fault.
Result<Strokes> parse_strokes(std::string_view json, const StrokeLimits& limits = {});
Result<Strokes> strokes_from_json(const boost::json::value& json, const StrokeLimits& limits = {});

/// The JSON of strokes with each whole number as an integer, so that the same strokes are the same
/// value and the same text whatever wrote them: 2880 for 2.88E3 and 2880.0. Null where it is no
/// JSON.
boost::json::value plain_strokes(std::string_view json);

struct Pen {
    float width = 4;  ///< pixels in the picture made
};

/// Draws the strokes with an anti-aliased round pen, black on white, into a grey picture whose
/// longer side is `side` pixels, with a margin of `margin` pixels; the aspect ratio is kept. A
/// stroke of one point is a dot. No points at all gives a blank square.
Image rasterise(const Strokes& strokes, int side, const Pen& pen, int margin);

/// As the page's canvas and pen show them: at most 256 pixels a side. What has strokes alone is
/// looked at in this form.
Image on_canvas(const Strokes& strokes);

}  // namespace croquis::drawing
