#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

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

}  // namespace
}  // namespace croquis::drawing
