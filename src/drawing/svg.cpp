#include "drawing/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace croquis::drawing {
namespace {

/// Of the longer side, as on_canvas() has it.
constexpr float pen_share = 4.0F / 236.0F;

struct Box {
    float left = 0, top = 0, right = 0, bottom = 0;
};

Box box_of(const Strokes& strokes) {
    Box box;
    bool first = true;
    for (const auto& stroke : strokes)
        for (const auto& point : stroke) {
            if (first) box = {point.x, point.y, point.x, point.y};
            first = false;
            box.left = std::min(box.left, point.x);
            box.top = std::min(box.top, point.y);
            box.right = std::max(box.right, point.x);
            box.bottom = std::max(box.bottom, point.y);
        }
    return box;
}

/// With two digits after the point at most.
float rounded(float value) {
    return std::round(value * 100) / 100 + 0.0F;
}

void add_path(const Stroke& stroke, std::string& out) {
    if (stroke.empty()) return;
    auto end = std::back_inserter(out);
    fmt::format_to(end, "<path d=\"M{} {}", rounded(stroke.front().x), rounded(stroke.front().y));
    // A dot is a line of no length with round ends.
    if (stroke.size() == 1) out += "h0";
    for (std::size_t i = 1; i < stroke.size(); ++i)
        fmt::format_to(end, "L{} {}", rounded(stroke[i].x), rounded(stroke[i].y));
    out += "\"/>";
}

}  // namespace

std::string to_svg(const Strokes& strokes) {
    const auto box = box_of(strokes);
    const float side = std::max({box.right - box.left, box.bottom - box.top, 1.0F});
    const float pen = rounded(std::max(side * pen_share, 0.01F));
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{} {} {} {}\"><g fill=\"none\" "
        "stroke=\"#000\" stroke-width=\"{}\" stroke-linecap=\"round\" stroke-linejoin=\"round\">",
        rounded(box.left - pen), rounded(box.top - pen), rounded(box.right - box.left + 2 * pen),
        rounded(box.bottom - box.top + 2 * pen), pen);
    for (const auto& stroke : strokes) add_path(stroke, svg);
    return svg + "</g></svg>\n";
}

}  // namespace croquis::drawing
