#include "learning/synthesis/sketcher.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <stdexcept>

#include "learning/synthesis/augment.h"
#include "learning/synthesis/figure.h"
#include "learning/synthesis/shapes.h"

namespace croquis::learning {
namespace {

using drawing::Image;
using drawing::Strokes;

constexpr float look_alikes_among_others = 0.44F;

/// Parallel lines across the shape's inside: some people fill their shapes.
void hatch(Strokes& strokes, Random& random) {
    std::vector<cv::Point2f> outline;
    for (const auto& stroke : strokes)
        for (const auto& p : stroke) outline.emplace_back(p.x, p.y);
    std::vector<cv::Point2f> hull;
    cv::convexHull(outline, hull);
    const cv::Rect2f box = cv::boundingRect(hull);
    const float pitch = std::max(box.width, box.height) * random.uniform(0.03F, 0.09F);
    drawing::Stroke fill;
    bool forth = true;
    float y = box.y + pitch;
    while (y < box.y + box.height - pitch) {
        float left = 1e9F;
        float right = -1e9F;
        for (std::size_t i = 0; i < hull.size(); ++i) {
            const auto a = hull[i];
            const auto b = hull[(i + 1) % hull.size()];
            if ((a.y <= y) == (b.y <= y)) continue;
            const float x = a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y);
            left = std::min(left, x);
            right = std::max(right, x);
        }
        if (right > left) {
            const drawing::Point l{left + random.normal(pitch * 0.4F), y, 0};
            const drawing::Point r{right + random.normal(pitch * 0.4F), y + pitch * 0.5F, 0};
            fill.push_back(forth ? l : r);
            fill.push_back(forth ? r : l);
        }
        y += pitch;
        forth = !forth;
    }
    if (fill.size() > 2) strokes.push_back(std::move(fill));
}

bool may_be_filled(std::string_view label) {
    static constexpr std::array<std::string_view, 8> closed{
        "circle", "ellipse", "square", "rectangle", "triangle", "diamond", "star", "heart"};
    return std::find(closed.begin(), closed.end(), label) != closed.end();
}

cv::Mat as_mat(Image& image) {
    return {image.height, image.width, CV_MAKETYPE(CV_8U, image.channels), image.pixels.data()};
}

/// A drawing on paper, photographed: uneven light, grain, blur, a little perspective.
Image photograph(Image sketch, Random& random) {
    cv::Mat ink = as_mat(sketch).clone();
    const int pad = std::max(ink.cols, ink.rows) / 5;
    cv::copyMakeBorder(ink, ink, pad, pad, pad, pad, cv::BORDER_CONSTANT, cv::Scalar(255));
    const auto w = static_cast<float>(ink.cols);
    const auto h = static_cast<float>(ink.rows);
    const auto off = [&] { return random.normal(0.02F); };
    const std::array<cv::Point2f, 4> from{{{0, 0}, {w, 0}, {w, h}, {0, h}}};
    const std::array<cv::Point2f, 4> to{{{w * off(), h * off()},
                                         {w * (1 + off()), h * off()},
                                         {w * (1 + off()), h * (1 + off())},
                                         {w * off(), h * (1 + off())}}};
    cv::warpPerspective(ink, ink, cv::getPerspectiveTransform(from, to), ink.size(),
                        cv::INTER_LINEAR, cv::BORDER_CONSTANT, cv::Scalar(255));
    const float paper = random.uniform(140, 245);
    const float pen = paper * random.uniform(0.1F, 0.5F);
    const float gx = random.uniform(-0.3F, 0.3F);
    const float gy = random.uniform(-0.3F, 0.3F);
    const float grain = random.uniform(1, 6);
    Image photo{ink.cols, ink.rows, 1, std::vector<std::uint8_t>(ink.total())};
    cv::Mat noise(ink.size(), CV_32FC1);
    cv::RNG(static_cast<std::uint64_t>(random.integer(1, 1 << 30)))
        .fill(noise, cv::RNG::NORMAL, 0, static_cast<double>(grain));
    for (int y = 0; y < ink.rows; ++y)
        for (int x = 0; x < ink.cols; ++x) {
            const float light = 1 + gx * (static_cast<float>(x) / w - 0.5F) +
                                gy * (static_cast<float>(y) / h - 0.5F);
            const float v =
                (pen + (paper - pen) * static_cast<float>(ink.at<std::uint8_t>(y, x)) / 255) *
                light;
            photo.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(ink.cols) +
                         static_cast<std::size_t>(x)] =
                cv::saturate_cast<std::uint8_t>(v + noise.at<float>(y, x));
        }
    cv::Mat view = as_mat(photo);
    if (random.chance(0.5F)) cv::GaussianBlur(view, view, {3, 3}, 0);
    return photo;
}

/// The ink as the alpha of a coloured pen on a transparent canvas, or blended onto a coloured one.
Image coloured(const Image& sketch, Random& random) {
    const auto shade = [&] { return static_cast<std::uint8_t>(random.integer(0, 255)); };
    const std::array<std::uint8_t, 3> pen{shade(), shade(), shade()};
    const bool transparent = random.chance(0.5F);
    std::array<std::uint8_t, 3> canvas{shade(), shade(), shade()};
    // A pen that cannot be seen on its canvas is nobody's drawing.
    for (std::size_t c = 0; c < 3; ++c)
        if (std::abs(pen[c] - canvas[c]) < 90)
            canvas[c] = static_cast<std::uint8_t>(pen[c] < 128 ? 255 : 0);
    Image out{sketch.width, sketch.height, transparent ? 4 : 3, {}};
    out.pixels.reserve(sketch.pixels.size() * static_cast<std::size_t>(out.channels));
    for (const auto grey : sketch.pixels) {
        const int ink = 255 - grey;
        for (std::size_t c = 0; c < 3; ++c)
            out.pixels.push_back(transparent ? pen[c]
                                             : static_cast<std::uint8_t>(
                                                   (pen[c] * ink + canvas[c] * (255 - ink)) / 255));
        if (transparent) out.pixels.push_back(static_cast<std::uint8_t>(ink));
    }
    return out;
}

/// How much of a hurried drawing may be missing for it to be still what was meant.
float most_missing(std::string_view label) {
    if (label == "hexagon" || label == "octagon" || label == "pentagon") return 0.4F;
    if (label == "diamond") return 0.25F;
    if (label == "star") return 0.2F;
    if (label == "circle" || label == "ellipse" || label == "square" || label == "rectangle" ||
        label == "triangle" || label == "heart")
        return 0.12F;
    return 0;
}

/// What tells some shapes from their neighbours is their corners, or that they have none; the hand
/// that draws them spares these.
void spare_features(Hand& hand, std::string_view label, Random& random) {
    const float haste = 1 - hand.care;
    if (label == "octagon" || label == "hexagon" || label == "pentagon") {
        hand.rounding *= label == "octagon" ? 0.25F : 0.4F;
        hand.corner_error *= label == "octagon" ? 0.45F : 0.65F;
        hand.wobble *= 0.7F;
    }
    if (label == "zigzag") hand.rounding *= 0.7F;
    if (label == "star") hand.corner_error *= 2;
    if (label == "triangle") hand.overshoot *= 1.6F;
    if (label == "arrow" || label == "cross" || label == "star") hand.rounding *= 0.6F;
    if (label == "line") hand.gap = 0;
    if (label == "circle" || label == "square") hand.shear *= 0.6F;
    if (random.chance(0.1F + 0.45F * haste))
        hand.unfinished = random.uniform(0, most_missing(label) * (0.25F + 0.75F * haste));
}

/// A hurried look-alike is a shape: the hand that means one takes care that it is seen.
Hand taking_care(const Hand& hand, Random& random) {
    Hand careful = random_hand(0.4F + 0.6F * hand.care, random);
    careful.corner_error *= 0.6F;
    careful.rounding *= 0.4F;
    return careful;
}

float pen_width(int side, Random& random) {
    const float usual = random.uniform(0.008F, 0.05F);
    const float part = random.chance(0.14F) ? random.uniform(0.05F, 0.13F) : usual;
    return std::max(1.0F, part * static_cast<float>(side));
}

Strokes sketched(std::string_view label, Hand hand, Random& random) {
    const auto& labels = shape_labels();
    if (std::find(labels.begin(), labels.end(), label) == labels.end())
        throw std::out_of_range("not a label");
    if (label == "unknown") {
        if (random.chance(look_alikes_among_others))
            return draw(look_alike(random), taking_care(hand, random), random);
        if (random.chance(0.3F)) hand.unfinished = random.uniform(0, 0.2F);
        auto strokes = draw(other_figure(random), hand, random);
        if (random.chance(0.04F)) add_speck(strokes, random);
        return strokes;
    }
    spare_features(hand, label, random);
    auto strokes = draw(shape_figure(label, hand, random), hand, random);
    if (may_be_filled(label) && random.chance(0.025F)) hatch(strokes, random);
    if (random.chance(0.05F)) add_speck(strokes, random);
    return strokes;
}

}  // namespace

const std::vector<std::string>& shape_labels() {
    static const std::vector<std::string> labels{
        "circle",   "ellipse", "square",  "rectangle", "triangle", "diamond",
        "pentagon", "hexagon", "octagon", "star",      "heart",    "arrow",
        "cross",    "line",    "zigzag",  "squiggle",  "unknown"};
    return labels;
}

Strokes sketch(std::string_view label, Random& random) {
    return sketched(label, random_hand(random), random);
}

Strokes sketch(std::string_view label, float care, Random& random) {
    return sketched(label, random_hand(care, random), random);
}

Image picture(const Strokes& strokes, Random& random) {
    const float kind = random.uniform(0, 1);
    const int side = random.chance(0.1F) ? random.integer(40, 90) : random.integer(72, 210);
    Image sketch =
        drawing::rasterise(strokes, side, {pen_width(side, random)}, random.integer(2, 14));
    if (kind < 0.87F) return sketch;
    if (kind < 0.96F) return coloured(sketch, random);
    return photograph(std::move(sketch), random);
}

}  // namespace croquis::learning
