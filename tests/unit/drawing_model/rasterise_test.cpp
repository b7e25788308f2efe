#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "drawing/strokes.h"

namespace croquis::drawing {
namespace {

int at(const Image& image, int x, int y) {
    return image.pixels[static_cast<std::size_t>(y * image.width + x)];
}

double ink(const Image& image) {
    return std::accumulate(image.pixels.begin(), image.pixels.end(), 0.0,
                           [](double sum, int v) { return sum + (255 - v) / 255.0; });
}

TEST(Rasterise, KeepsTheAspectRatioWithinTheMargin) {
    const Image image = rasterise({{{0, 0, 0}, {100, 50, 0}}}, 120, {2}, 10);
    EXPECT_EQ(image.width, 120);
    EXPECT_EQ(image.height, 70);
    EXPECT_EQ(image.pixels.size(), 120U * 70U);
    EXPECT_EQ(at(image, 10, 10), 0);
    EXPECT_EQ(at(image, 110, 60), 0);
    EXPECT_EQ(at(image, 5, 5), 255);
}

TEST(Rasterise, DrawsAsMuchInkAsThePenIsWide) {
    const Strokes line{{{0, 0, 0}, {100, 0, 0}}};
    const double thin = ink(rasterise(line, 120, {1}, 10));
    const double thick = ink(rasterise(line, 120, {4}, 10));
    EXPECT_NEAR(thin, 100, 4);
    EXPECT_NEAR(thick / thin, 4, 0.5);
}

TEST(Rasterise, HalfAPixelIsHalfAsDark) {
    const Image image = rasterise({{{0, 0, 0}, {100, 0, 0}}}, 120, {0.5F}, 10);
    EXPECT_EQ(*std::min_element(image.pixels.begin(), image.pixels.end()), 128);
}

TEST(Rasterise, OverlapsAreNoDarker) {
    const Strokes once{{{0, 0, 0}, {100, 0, 0}}};
    Strokes twice = once;
    twice.push_back(once.front());
    EXPECT_EQ(rasterise(once, 64, {3}, 4).pixels, rasterise(twice, 64, {3}, 4).pixels);
}

TEST(Rasterise, AStrokeOfOnePointIsADot) {
    const Image image = rasterise({{{7, 7, 0}}}, 32, {6}, 4);
    EXPECT_GT(ink(image), 15);
}

TEST(Rasterise, AStrokeThatNeverLeavesItsPlaceIsTheSameDot) {
    const Image once = rasterise({{{7, 7, 0}}}, 32, {6}, 4);
    const Image stayed = rasterise({{{7, 7, 0}, {7, 7, 5}, {7, 7, 90}}}, 32, {6}, 4);
    EXPECT_EQ(stayed.pixels, once.pixels);
    EXPECT_EQ(at(once, once.width / 2, once.height / 2), 0);
}

TEST(Rasterise, ADotBesideALineIsADiscAsWideAsThePen) {
    const Strokes line{{{0, 0, 0}, {100, 0, 0}}, {{0, 60, 0}, {100, 60, 0}}};
    Strokes dotted = line;
    dotted.push_back({{50, 30, 0}});
    const double dot = ink(rasterise(dotted, 120, {8}, 10)) - ink(rasterise(line, 120, {8}, 10));
    EXPECT_NEAR(dot, 3.14159 * 4 * 4, 2);
}

TEST(Rasterise, NoPointsAreABlankSquare) {
    const Image image = rasterise({}, 32, {6}, 4);
    EXPECT_EQ(image.width, 32);
    EXPECT_EQ(image.height, 32);
    EXPECT_EQ(ink(image), 0);
}

struct Place {
    explicit Place(const Point& point)
        : x(static_cast<double>(point.x)), y(static_cast<double>(point.y)) {}
    double x, y;
};

double distance_to(const Place& a, const Place& b, double x, double y) {
    const double dx = b.x - a.x, dy = b.y - a.y;
    const double length = dx * dx + dy * dy;
    const double along =
        length > 0 ? std::clamp(((x - a.x) * dx + (y - a.y) * dy) / length, 0.0, 1.0) : 0;
    return std::hypot(x - a.x - along * dx, y - a.y - along * dy);
}

/// Every pixel by its distance to every segment, of strokes that are placed already.
Image by_distance(const Strokes& strokes, Image image, double width) {
    for (int y = 0; y < image.height; ++y)
        for (int x = 0; x < image.width; ++x) {
            double nearest = 1e9;
            for (const auto& stroke : strokes)
                for (std::size_t i = 0; i < stroke.size(); ++i)
                    nearest = std::min(nearest, distance_to(Place(stroke[i == 0 ? 0 : i - 1]),
                                                            Place(stroke[i]), x, y));
            const double cover = std::clamp(std::max(width, 1.0) / 2 + 0.5 - nearest, 0.0, 1.0);
            image.pixels[static_cast<std::size_t>(y * image.width + x)] = static_cast<std::uint8_t>(
                255 - static_cast<int>(255 * std::min(width, 1.0) * cover));
        }
    return image;
}

/// Strokes that fill a picture of the size to its margin, so that rasterise() leaves them in place.
Strokes placed(int width, int height, int margin, std::mt19937& random) {
    const auto between = [&](int from, int to) {
        return static_cast<float>(from) +
               static_cast<float>(to - from) * static_cast<float>(random() % 1000) / 1000;
    };
    const auto left = static_cast<float>(margin), top = left;
    const auto right = static_cast<float>(width - margin);
    const auto bottom = static_cast<float>(height - margin);
    Strokes strokes{{{left, top, 0}}, {{right, bottom, 0}}};
    for (std::size_t i = 0; i < 3; ++i) {
        strokes.emplace_back();
        for (std::size_t k = 0; k <= random() % 4; ++k)
            strokes.back().push_back(
                {between(margin, width - margin), between(margin, height - margin), 0});
    }
    return strokes;
}

/// Of every width on each side of what is drawn at once, to the edges and beyond.
TEST(Rasterise, InksEachPixelByItsDistance) {
    std::mt19937 random(1);
    for (int width = 1; width < 40; ++width)
        for (const int margin : {0, 2, 6}) {
            if (width < 2 * margin) continue;
            const int side = 40;
            const auto strokes = placed(width, side, margin, random);
            const float pen = 0.5F + static_cast<float>(random() % 80) / 10;
            const auto drawn = rasterise(strokes, side, {pen}, margin);
            ASSERT_EQ(drawn.width, width);
            ASSERT_EQ(drawn.height, side);
            const auto exact = by_distance(strokes, drawn, static_cast<double>(pen));
            for (std::size_t i = 0; i < drawn.pixels.size(); ++i)
                ASSERT_NEAR(drawn.pixels[i], exact.pixels[i], 1)
                    << width << ' ' << margin << ' ' << pen << " at " << i;
        }
}

}  // namespace
}  // namespace croquis::drawing
