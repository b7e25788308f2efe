#include "learning/synthesis/augment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace croquis::learning {
namespace {

using drawing::Point;
using drawing::Stroke;
using drawing::Strokes;

constexpr float pi = std::numbers::pi_v<float>;

/// How far a label lets itself be changed.
struct Freedom {
    float turn;             ///< usual turning, radians
    float any_way;          ///< chance of any angle at all
    float upside;           ///< chance of being put upside down
    float stretch;          ///< usual stretching of one side against the other, as a part of 1
    float truncated;        ///< at most this part of the way is left out at the end
    float mirrored = 0.5F;  ///< chance of left and right changing places
};

Freedom freedom_of(std::string_view label) {
    if (label == "circle") return {0.3F, 0.5F, 0.5F, 0.05F, 0.06F};
    if (label == "ellipse") return {0.2F, 0.3F, 0.5F, 0.06F, 0.06F};
    if (label == "square") return {0.06F, 0, 0.5F, 0.05F, 0.05F};
    if (label == "rectangle") return {0.06F, 0.1F, 0.5F, 0.08F, 0.05F};
    if (label == "diamond") return {0.05F, 0, 0.05F, 0.12F, 0.05F};
    if (label == "triangle") return {0.1F, 0.1F, 0.15F, 0.12F, 0.03F};
    if (label == "pentagon" || label == "hexagon" || label == "octagon")
        return {0.15F, 0.1F, 0.5F, 0.08F, 0.05F};
    if (label == "star") return {0.15F, 0.1F, 0.05F, 0.12F, 0.05F};
    if (label == "line") return {0.2F, 0.3F, 0.5F, 0.1F, 0.3F};
    if (label == "zigzag") return {0.2F, 0.15F, 0.5F, 0.15F, 0.2F};
    if (label == "arrow") return {0.3F, 0.5F, 0.5F, 0.18F, 0.04F};
    if (label == "cross") return {0.15F, 0.15F, 0.3F, 0.15F, 0.05F};
    if (label == "heart") return {0.15F, 0.04F, 0.02F, 0.18F, 0.04F};
    if (label == "sign") return {0.12F, 0, 0, 0.18F, 0.06F, 0};
    if (label == "squiggle") return {0.25F, 0.25F, 0.5F, 0.15F, 0.2F};
    return {0.1F, 0.03F, 0.05F, 0.15F, 0.08F};
}

struct Box {
    float left = 1e9F, right = -1e9F, top = 1e9F, bottom = -1e9F;
    [[nodiscard]] float size() const { return std::max({right - left, bottom - top, 1e-3F}); }
};

Box box_of(const Strokes& strokes) {
    Box box;
    for (const auto& stroke : strokes)
        for (const auto& p : stroke) {
            box.left = std::min(box.left, p.x), box.right = std::max(box.right, p.x);
            box.top = std::min(box.top, p.y), box.bottom = std::max(box.bottom, p.y);
        }
    return box;
}

float length_of(const Stroke& stroke) {
    float sum = 0;
    for (std::size_t i = 1; i < stroke.size(); ++i)
        sum += std::hypot(stroke[i].x - stroke[i - 1].x, stroke[i].y - stroke[i - 1].y);
    return sum;
}

/// Points no further apart than `step`, so that long straight edges can bend.
Stroke resampled(const Stroke& stroke, float step) {
    Stroke out{stroke.front()};
    for (std::size_t i = 1; i < stroke.size(); ++i) {
        const Point a = stroke[i - 1];
        const Point b = stroke[i];
        const int parts = std::max(1, static_cast<int>(std::hypot(b.x - a.x, b.y - a.y) / step));
        for (int k = 1; k <= parts; ++k) {
            const float t = static_cast<float>(k) / static_cast<float>(parts);
            out.push_back({a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t, a.t + (b.t - a.t) * t});
        }
    }
    return out;
}

/// A smooth bending of the whole plane: a few long waves in each direction.
class Warp {
  public:
    Warp(float amplitude, Random& random) {
        for (auto& wave : waves_)
            wave = {random.normal(1.6F), random.normal(1.6F), random.uniform(0, 2 * pi),
                    random.normal(amplitude), random.normal(amplitude)};
    }
    [[nodiscard]] Point bent(Point p) const {
        Point moved = p;
        for (const auto& w : waves_) {
            const float s = std::sin(w.along_x * p.x + w.along_y * p.y + w.phase);
            moved.x += w.by_x * s;
            moved.y += w.by_y * s;
        }
        return moved;
    }

  private:
    struct Wave {
        float along_x, along_y, phase, by_x, by_y;
    };
    std::array<Wave, 4> waves_{};
};

/// A linear map about the origin.
struct Map {
    float xx = 1, xy = 0, yx = 0, yy = 1;
    void operator()(Point& p) const { p = {xx * p.x + xy * p.y, yx * p.x + yy * p.y, p.t}; }
};

Map turned(float angle) {
    const float c = std::cos(angle);
    const float s = std::sin(angle);
    return {c, -s, s, c};
}

/// What happens to the plane: mirrored, stretched and leaning, then bent, then turned.
struct Motion {
    Map form;
    Warp warp;
    Map turn;
    void operator()(Point& p) const {
        form(p);
        p = warp.bent(p);
        turn(p);
    }
};

Motion motion(const Freedom& freedom, Random& random) {
    const float stretch = std::exp(random.normal(freedom.stretch));
    const float lean = random.normal(0.6F * freedom.stretch);
    const Map form{random.chance(freedom.mirrored) ? -stretch : stretch, lean, 0,
                   random.chance(freedom.upside) ? -1.0F : 1.0F};
    const Map turn = turned(random.chance(freedom.any_way) ? random.uniform(-pi, pi)
                                                           : random.normal(freedom.turn));
    return {form, Warp(random.uniform(0, 0.035F), random), turn};
}

/// One stroke against the others: a little out of place, turned, larger or smaller.
void move_one(Stroke& stroke, Random& random) {
    const Box box = box_of({stroke});
    const Point middle{(box.left + box.right) / 2, (box.top + box.bottom) / 2, 0};
    const float size = std::exp(random.normal(0.03F));
    const Map turn = turned(random.normal(0.03F));
    const float dx = random.normal(0.02F);
    const float dy = random.normal(0.02F);
    for (auto& p : stroke) {
        p = {(p.x - middle.x) * size, (p.y - middle.y) * size, p.t};
        turn(p);
        p = {p.x + middle.x + dx, p.y + middle.y + dy, p.t};
    }
}

void shake(Stroke& stroke, float amplitude, Random& random) {
    float x = 0;
    float y = 0;
    for (auto& p : stroke) {
        x = 0.7F * x + random.normal(amplitude);
        y = 0.7F * y + random.normal(amplitude);
        p.x += x;
        p.y += y;
    }
}

/// Moves each point half way to the middle of its neighbours, some times over: a faster hand.
void smooth(Stroke& stroke, int times) {
    for (; times > 0; --times)
        for (std::size_t i = 1; i + 1 < stroke.size(); ++i) {
            stroke[i].x = stroke[i].x / 2 + (stroke[i - 1].x + stroke[i + 1].x) / 4;
            stroke[i].y = stroke[i].y / 2 + (stroke[i - 1].y + stroke[i + 1].y) / 4;
        }
}

/// Leaves out strokes that are hardly more than dots: hooks, taps, stray dashes.
void drop_specks(Strokes& strokes, Random& random) {
    float longest = 0;
    for (const auto& stroke : strokes) longest = std::max(longest, length_of(stroke));
    std::erase_if(strokes, [&](const Stroke& stroke) {
        return length_of(stroke) < 0.08F * longest && random.chance(0.4F);
    });
}

void cut_ends(Stroke& stroke, float most, Random& random) {
    const auto part = [&] {
        return static_cast<std::size_t>(random.uniform(0, most) *
                                        static_cast<float>(stroke.size()));
    };
    if (random.chance(0.5F)) stroke.resize(std::max<std::size_t>(2, stroke.size() - part()));
    if (random.chance(0.25F)) {
        const auto start = std::min(part(), stroke.size() - 2);
        stroke.erase(stroke.begin(), stroke.begin() + static_cast<std::ptrdiff_t>(start));
    }
}

/// How light ink is: 0 none, 255 full. The picture must outlive what is returned.
cv::Mat ink_of(const drawing::Image& picture) {
    // The pixels are only read; cv::Mat has no view of constant data.
    const cv::Mat paper(picture.height, picture.width, CV_8UC1,
                        const_cast<std::uint8_t*>(picture.pixels.data()));
    return 255 - paper;
}

drawing::Image on_paper(const cv::Mat& ink) {
    drawing::Image out{ink.cols, ink.rows, 1, std::vector<std::uint8_t>(ink.total())};
    cv::Mat paper(out.height, out.width, CV_8UC1, out.pixels.data());
    cv::subtract(255, ink, paper);
    return out;
}

/// The box of all ink at least a third as dark as the darkest.
cv::Rect ink_box(const cv::Mat& ink) {
    double most = 0;
    cv::minMaxLoc(ink, nullptr, &most);
    const cv::Mat strong = ink > most / 3;
    const cv::Rect box = cv::boundingRect(strong);
    return box.empty() ? cv::Rect(0, 0, ink.cols, ink.rows) : box;
}

/// Where in the old picture each pixel of the new one comes from, worked out on a coarse grid.
void pull(const cv::Mat& from, const cv::Rect& box, const Motion& move, float reach, cv::Mat& to) {
    constexpr int cells = 16;
    cv::Mat coarse_x(cells, cells, CV_32F), coarse_y(cells, cells, CV_32F);
    const float half = static_cast<float>(std::max(box.width, box.height)) / 2;
    const float middle_x = static_cast<float>(box.x) + static_cast<float>(box.width) / 2 - 0.5F;
    const float middle_y = static_cast<float>(box.y) + static_cast<float>(box.height) / 2 - 0.5F;
    for (int y = 0; y < cells; ++y)
        for (int x = 0; x < cells; ++x) {
            const auto along = [&](int i) {
                return ((static_cast<float>(i) + 0.5F) * 2 / cells - 1) * reach;
            };
            Point p{along(x), along(y), 0};
            move(p);
            coarse_x.at<float>(y, x) = middle_x + p.x * half;
            coarse_y.at<float>(y, x) = middle_y + p.y * half;
        }
    cv::Mat map_x, map_y;
    cv::resize(coarse_x, map_x, to.size(), 0, 0, cv::INTER_CUBIC);
    cv::resize(coarse_y, map_y, to.size(), 0, 0, cv::INTER_CUBIC);
    cv::remap(from, to, map_x, map_y, cv::INTER_CUBIC, cv::BORDER_CONSTANT, cv::Scalar(0));
}

/// Lines redone with an edge: where the blurred ink passes a threshold, low for thick lines.
void pen_again(cv::Mat& ink, Random& random) {
    cv::GaussianBlur(
        ink, ink, {0, 0},
        static_cast<double>(ink.cols) * static_cast<double>(random.uniform(0.006F, 0.016F)));
    double most = 0;
    cv::minMaxLoc(ink, nullptr, &most);
    const double threshold = most * static_cast<double>(random.uniform(0.2F, 0.6F));
    const double slope = static_cast<double>(random.uniform(2, 6)) * 255 / std::max(most, 1.0);
    ink.convertTo(ink, CV_8U, slope, 127 - slope * threshold);
}

/// About the origin, the longer side from -1 to 1.
Strokes centred(const Strokes& strokes) {
    const Box box = box_of(strokes);
    const float half = box.size() / 2;
    Strokes out = strokes;
    for (auto& stroke : out)
        for (auto& p : stroke)
            p = {(p.x - (box.left + box.right) / 2) / half,
                 (p.y - (box.top + box.bottom) / 2) / half, p.t};
    return out;
}

}  // namespace

Strokes augmented(const Strokes& strokes, std::string_view label, Random& random) {
    if (strokes.empty()) return {};
    const Freedom freedom = freedom_of(label);
    Strokes out = centred(strokes);
    drop_specks(out, random);
    const Motion move = motion(freedom, random);
    for (auto& stroke : out)
        for (auto& p : stroke) move(p);
    const float tremor = random.chance(0.5F) ? random.uniform(0, 0.008F) : 0;
    const int smoothing = random.chance(0.3F) ? random.integer(1, 4) : 0;
    for (auto& stroke : out) {
        if (stroke.size() < 2) continue;
        stroke = resampled(stroke, 0.06F);
        if (stroke.size() > 4) cut_ends(stroke, freedom.truncated, random);
        smooth(stroke, smoothing);
        move_one(stroke, random);
        shake(stroke, tremor, random);
    }
    const Box box = box_of(strokes);
    const float half = box.size() / 2;
    for (auto& stroke : out)
        for (auto& p : stroke)
            p = {p.x * half + (box.left + box.right) / 2, p.y * half + (box.top + box.bottom) / 2,
                 p.t};
    return out;
}

drawing::Image augmented(const drawing::Image& picture, std::string_view label, Random& random) {
    const cv::Mat from = ink_of(picture);
    const cv::Rect box = ink_box(from);
    const int side = random.integer(64, 128);
    cv::Mat ink(side, side, CV_8UC1);
    // Half again as much as the box, so that what is turned or stretched stays on the paper.
    pull(from, box, motion(freedom_of(label), random), 1.6F, ink);
    if (random.chance(0.6F)) pen_again(ink, random);
    return on_paper(ink);
}

void add_speck(Strokes& strokes, Random& random) {
    if (strokes.empty()) return;
    const float size = box_of(strokes).size();
    const auto& beside =
        strokes[static_cast<std::size_t>(random.integer(0, static_cast<int>(strokes.size()) - 1))];
    const float far = size * (random.chance(0.5F) ? 0.05F : 0.3F);
    const float x = beside.front().x + random.normal(far);
    const float y = beside.front().y + random.normal(far);
    strokes.push_back(
        {{x, y, 0}, {x + random.normal(0.015F * size), y + random.normal(0.015F * size), 0}});
}

Strokes flattened(const Strokes& strokes, float ratio, bool tall) {
    const Box box = box_of(strokes);
    const float width = std::max(box.right - box.left, 1e-3F);
    const float height = std::max(box.bottom - box.top, 1e-3F);
    const float across = tall ? ratio * height / width : 1;
    const float down = tall ? 1 : ratio * width / height;
    Strokes out = strokes;
    for (auto& stroke : out)
        for (auto& p : stroke) p = {p.x * across, p.y * down, p.t};
    return out;
}

drawing::Image flattened(const drawing::Image& picture, float ratio, bool tall) {
    const cv::Mat ink = ink_of(picture);
    const cv::Rect box = ink_box(ink);
    const int longer = std::max(box.width, box.height);
    const int shorter =
        std::max(1, static_cast<int>(std::lround(ratio * static_cast<float>(longer))));
    cv::Mat squeezed;
    cv::resize(ink(box), squeezed, tall ? cv::Size(shorter, longer) : cv::Size(longer, shorter), 0,
               0, cv::INTER_AREA);
    cv::copyMakeBorder(squeezed, squeezed, 2, 2, 2, 2, cv::BORDER_CONSTANT, cv::Scalar(0));
    return on_paper(squeezed);
}

}  // namespace croquis::learning
