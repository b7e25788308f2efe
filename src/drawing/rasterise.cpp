#include <algorithm>
#include <cmath>

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
        // Short pieces keep the box that is looked at close to the segment.
        const float length = std::hypot(b.x - a.x, b.y - a.y);
        const int pieces = std::max(1, static_cast<int>(length / (4 * reach_ + 4)));
        const auto at = [&](int i) {
            const float t = static_cast<float>(i) / static_cast<float>(pieces);
            return Point{a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t, 0};
        };
        for (int i = 0; i < pieces; ++i) draw_piece(at(i), at(i + 1));
    }

  private:
    void draw_piece(Point a, Point b) {
        const int left = std::max(0, static_cast<int>(std::min(a.x, b.x) - reach_));
        const int right =
            std::min(image_.width - 1, static_cast<int>(std::max(a.x, b.x) + reach_) + 1);
        const int top = std::max(0, static_cast<int>(std::min(a.y, b.y) - reach_));
        const int bottom =
            std::min(image_.height - 1, static_cast<int>(std::max(a.y, b.y) + reach_) + 1);
        const float dx = b.x - a.x;
        const float dy = b.y - a.y;
        const float inverse = 1 / std::max(dx * dx + dy * dy, 1e-12F);
        for (int y = top; y <= bottom; ++y) {
            std::uint8_t* row = image_.pixels.data() + static_cast<std::size_t>(y) *
                                                           static_cast<std::size_t>(image_.width);
            const float py = static_cast<float>(y) - a.y;
            for (int x = left; x <= right; ++x) {
                const float px = static_cast<float>(x) - a.x;
                const float t = within((px * dx + py * dy) * inverse);
                const float ex = px - t * dx;
                const float ey = py - t * dy;
                const float cover = within(reach_ - std::sqrt(ex * ex + ey * ey));
                const int paper = 255 - static_cast<int>(black_ * cover);
                row[x] = static_cast<std::uint8_t>(row[x] < paper ? row[x] : paper);
            }
        }
    }

    /// Clamped to 0…1. Not std::clamp: its references keep g++ 12 from vectorising the loop above.
    static float within(float v) {
        const float positive = v > 0 ? v : 0;
        return positive < 1 ? positive : 1;
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
