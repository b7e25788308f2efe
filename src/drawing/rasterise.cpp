#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "drawing/strokes.h"

namespace croquis::drawing {
namespace {

struct Box {
    float left = 0, top = 0, right = 0, bottom = 0;
};

Box bounds(const Strokes& strokes) {
    Box box{1e9F, 1e9F, -1e9F, -1e9F};
    for (const auto& stroke : strokes)
        for (const auto& point : stroke) {
            box.left = std::min(box.left, point.x);
            box.right = std::max(box.right, point.x);
            box.top = std::min(box.top, point.y);
            box.bottom = std::max(box.bottom, point.y);
        }
    return box;
}

// OpenCV draws with fixed-point coordinates of this many fractional bits.
constexpr int fraction_bits = 4;

cv::Point fixed(float x, float y) {
    return {static_cast<int>(std::lround(x * (1 << fraction_bits))),
            static_cast<int>(std::lround(y * (1 << fraction_bits)))};
}

}  // namespace

Image rasterise(const Strokes& strokes, int side, const Pen& pen, int margin) {
    Image image{side, side, 1, {}};
    const Box box = bounds(strokes);
    if (box.right < box.left) {
        image.pixels.assign(static_cast<std::size_t>(side) * static_cast<std::size_t>(side), 255);
        return image;
    }
    const float width = box.right - box.left;
    const float height = box.bottom - box.top;
    const float longest = std::max({width, height, 1e-6F});
    const float scale = static_cast<float>(side - 2 * margin) / longest;
    image.width = std::clamp(static_cast<int>(std::ceil(width * scale)) + 2 * margin, 1, side);
    image.height = std::clamp(static_cast<int>(std::ceil(height * scale)) + 2 * margin, 1, side);
    image.pixels.assign(
        static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height), 255);
    cv::Mat canvas(image.height, image.width, CV_8UC1, image.pixels.data());
    const int thickness = std::max(1, static_cast<int>(std::lround(pen.width)));
    const auto place = [&](const Point& p) {
        return fixed((p.x - box.left) * scale + static_cast<float>(margin),
                     (p.y - box.top) * scale + static_cast<float>(margin));
    };
    for (const auto& stroke : strokes) {
        if (stroke.size() == 1) {
            cv::circle(canvas, place(stroke[0]), thickness << (fraction_bits - 1), cv::Scalar(0),
                       cv::FILLED, cv::LINE_AA, fraction_bits);
            continue;
        }
        for (std::size_t i = 1; i < stroke.size(); ++i)
            cv::line(canvas, place(stroke[i - 1]), place(stroke[i]), cv::Scalar(0), thickness,
                     cv::LINE_AA, fraction_bits);
    }
    return image;
}

}  // namespace croquis::drawing
