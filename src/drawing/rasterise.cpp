#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/core/hal/intrin.hpp>

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

/// Inks every pixel within the pen's radius of a segment, by the distance of its centre: a round
/// pen of any width, a fraction of a pixel too, whose overlaps are no darker than the rest.
class RoundPen {
  public:
    RoundPen(Image& image, float width)
        : image_(image),
          reach_(std::max(width, 1.0F) / 2 + 0.5F),
          black_(255 * std::min(width, 1.0F)) {}

    void draw(Point a, Point b) {
        const float dx = b.x - a.x;
        const float dy = b.y - a.y;
        const Segment segment{a, dx, dy, 1 / std::max(dx * dx + dy * dy, 1e-12F)};
        const float left = std::min(a.x, b.x) - reach_;
        const float right = std::max(a.x, b.x) + reach_;
        const int top = std::max(0, static_cast<int>(std::min(a.y, b.y) - reach_));
        const int bottom =
            std::min(image_.height - 1, static_cast<int>(std::max(a.y, b.y) + reach_) + 1);
        // Of a row, the pen reaches what is as near to the whole line that the segment is of.
        const bool is_level = std::abs(dy) < 1e-3F * std::abs(dx) || dy == 0;
        const float slope = is_level ? 0 : dx / dy;
        const float half = is_level ? right - left : reach_ * std::sqrt(1 + slope * slope);
        for (int y = top; y <= bottom; ++y) {
            const float middle = a.x + (static_cast<float>(y) - a.y) * slope;
            draw_row(segment, y, std::max(left, middle - half), std::min(right, middle + half));
        }
    }

  private:
    struct Segment {
        Point from;
        float dx, dy;
        float inverse;  ///< of its length's square
    };

    static constexpr int at_once = 8;

    void draw_row(const Segment& segment, int y, float left, float right) {
        const int end = std::min(image_.width, static_cast<int>(right) + 1);
        std::uint8_t* row = image_.pixels.data() +
                            static_cast<std::size_t>(y) * static_cast<std::size_t>(image_.width);
        for (int x = std::max(0, static_cast<int>(left)); x < end; x += at_once) {
            const auto paper = paper_at(segment, x, y);
            if (x + at_once <= image_.width) {
                cv::v_store_low(row + x, cv::v_min(cv::v_load_low(row + x), paper));
                continue;
            }
            std::array<std::uint8_t, at_once> rest{};
            cv::v_store_low(rest.data(), paper);
            for (int i = x; i < end; ++i)
                row[i] = std::min(row[i], rest[static_cast<std::size_t>(i - x)]);
        }
    }

    /// What a segment leaves of eight pixels, from 255 down, in the lower half.
    [[nodiscard]] cv::v_uint8x16 paper_at(const Segment& segment, int x, int y) const {
        const float px = static_cast<float>(x) - segment.from.x;
        const float py = static_cast<float>(y) - segment.from.y;
        const cv::v_float32x4 first(px, px + 1, px + 2, px + 3);
        const cv::v_float32x4 second = first + cv::v_setall_f32(4);
        const auto ink = cv::v_pack(ink_at(segment, first, py), ink_at(segment, second, py));
        return cv::v_setall_u8(255) - cv::v_pack_u(ink, ink);
    }

    [[nodiscard]] cv::v_int32x4 ink_at(const Segment& segment, const cv::v_float32x4& px,
                                       float py) const {
        const auto dx = cv::v_setall_f32(segment.dx);
        const auto dy = cv::v_setall_f32(segment.dy);
        const auto along = px * dx + cv::v_setall_f32(py * segment.dy);
        const auto t = within(along * cv::v_setall_f32(segment.inverse));
        const auto ex = px - t * dx;
        const auto ey = cv::v_setall_f32(py) - t * dy;
        const auto cover = within(cv::v_setall_f32(reach_) - cv::v_sqrt(ex * ex + ey * ey));
        return cv::v_trunc(cv::v_setall_f32(black_) * cover);
    }

    /// Clamped to 0…1.
    static cv::v_float32x4 within(const cv::v_float32x4& v) {
        return cv::v_min(cv::v_max(v, cv::v_setzero_f32()), cv::v_setall_f32(1));
    }

    Image& image_;
    float reach_;
    float black_;
};

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
    RoundPen round(image, pen.width);
    const auto place = [&](const Point& p) {
        return Point{(p.x - box.left) * scale + static_cast<float>(margin),
                     (p.y - box.top) * scale + static_cast<float>(margin), 0};
    };
    for (const auto& stroke : strokes) {
        if (stroke.size() == 1) round.draw(place(stroke[0]), place(stroke[0]));
        for (std::size_t i = 1; i < stroke.size(); ++i)
            round.draw(place(stroke[i - 1]), place(stroke[i]));
    }
    return image;
}

Image on_canvas(const Strokes& strokes) {
    constexpr int side = 256;
    constexpr int margin = 10;
    return rasterise(strokes, side, Pen{4}, margin);
}

}  // namespace croquis::drawing
