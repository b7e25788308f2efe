#include "drawing/normalise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>

#include "drawing/ink_box.h"
#include "drawing/strokes.h"

namespace croquis::drawing {
namespace {

using Rgb = std::array<std::uint8_t, 3>;

const Strokes house{{{0, 100, 0}, {0, 40, 0}, {40, 0, 0}, {80, 40, 0}, {80, 100, 0}, {0, 100, 0}}};
const Strokes box{{{0, 0, 0}, {100, 0, 0}, {100, 50, 0}, {0, 50, 0}, {0, 0, 0}}};

ModelInput seen(const Image& image) {
    const auto input = normalise(image);
    EXPECT_TRUE(input);
    return input ? *input : ModelInput{};
}

/// Mean difference of two inputs, of 255.
double apart(const ModelInput& a, const ModelInput& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(int{a[i]} - int{b[i]});
    return sum / static_cast<double>(a.size());
}

/// The sketch in another pen on another canvas.
Image painted(const Image& sketch, Rgb pen, Rgb canvas) {
    Image out{sketch.width, sketch.height, 3, {}};
    for (const int grey : sketch.pixels)
        for (std::size_t c = 0; c < 3; ++c)
            out.pixels.push_back(
                static_cast<std::uint8_t>((pen[c] * (255 - grey) + canvas[c] * grey) / 255));
    return out;
}

Image transparent(const Image& sketch, Rgb pen) {
    Image out{sketch.width, sketch.height, 4, {}};
    for (const auto grey : sketch.pixels) {
        out.pixels.insert(out.pixels.end(), pen.begin(), pen.end());
        out.pixels.push_back(static_cast<std::uint8_t>(255 - grey));
    }
    return out;
}

/// The sketch at (left, top) of a white canvas.
Image placed(const Image& sketch, int width, int height, int left, int top) {
    Image out{width, height, 1,
              std::vector<std::uint8_t>(static_cast<std::size_t>(width * height), 255)};
    for (int y = 0; y < sketch.height; ++y)
        std::copy_n(sketch.pixels.begin() + y * sketch.width, sketch.width,
                    out.pixels.begin() + (top + y) * width + left);
    return out;
}

/// Width over height of what is inked.
double aspect(const ModelInput& input) {
    int left = model_side, right = -1, top = model_side, bottom = -1;
    for (int y = 0; y < model_side; ++y)
        for (int x = 0; x < model_side; ++x) {
            if (input[static_cast<std::size_t>(y * model_side + x)] < 64) continue;
            left = std::min(left, x);
            right = std::max(right, x);
            top = std::min(top, y);
            bottom = std::max(bottom, y);
        }
    return static_cast<double>(right - left + 1) / (bottom - top + 1);
}

TEST(Normalise, SeesTheSameOnAnyBackgroundInAnyPen) {
    const Image sketch = rasterise(house, 200, {5}, 10);
    const ModelInput plain = seen(sketch);
    EXPECT_LT(apart(plain, seen(painted(sketch, {0, 0, 0}, {255, 255, 255}))), 1);
    EXPECT_LT(apart(plain, seen(painted(sketch, {255, 255, 255}, {20, 20, 30}))), 1);
    EXPECT_LT(apart(plain, seen(painted(sketch, {255, 255, 0}, {255, 255, 255}))), 1);
    EXPECT_LT(apart(plain, seen(painted(sketch, {180, 40, 40}, {90, 160, 90}))), 2);
    EXPECT_LT(apart(plain, seen(transparent(sketch, {0, 0, 0}))), 1);
    EXPECT_LT(apart(plain, seen(transparent(sketch, {255, 255, 255}))), 1);
}

TEST(Normalise, SeesTheSameInAnyChannelCount) {
    const Image sketch = rasterise(house, 200, {5}, 10);
    Image with_alpha{sketch.width, sketch.height, 2, {}};
    for (const auto grey : sketch.pixels) {
        with_alpha.pixels.push_back(grey);
        with_alpha.pixels.push_back(255);
    }
    EXPECT_EQ(apart(seen(sketch), seen(with_alpha)), 0);
}

TEST(Normalise, SeesTheSameAnywhereOnTheCanvas) {
    const Image sketch = rasterise(house, 120, {4}, 6);
    const ModelInput plain = seen(sketch);
    EXPECT_EQ(apart(plain, seen(placed(sketch, 640, 480, 3, 3))), 0);
    EXPECT_EQ(apart(plain, seen(placed(sketch, 640, 480, 640 - 123, 480 - 123))), 0);
    EXPECT_EQ(apart(plain, seen(placed(sketch, 301, 777, 100, 600))), 0);
}

TEST(Normalise, SeesNearlyTheSameAtAnySize) {
    const ModelInput middle = seen(rasterise(house, 256, {6}, 10));
    EXPECT_LT(apart(middle, seen(rasterise(house, 1024, {24}, 40))), 6);
    EXPECT_LT(apart(middle, seen(rasterise(house, 64, {1.5F}, 3))), 14);
}

TEST(Normalise, EvensOutHairThinLines) {
    const ModelInput hair = seen(rasterise(house, 2000, {1}, 40));
    EXPECT_GE(*std::max_element(hair.begin(), hair.end()), 250);
    const auto dark = std::count_if(hair.begin(), hair.end(), [](int v) { return v > 128; });
    EXPECT_GT(dark, 80);
    EXPECT_LT(apart(hair, seen(rasterise(house, 2000, {40}, 40))), 25);
}

TEST(Normalise, KeepsTheAspectRatio) {
    EXPECT_NEAR(aspect(seen(rasterise(box, 300, {3}, 10))), 2, 0.15);
    EXPECT_NEAR(aspect(seen(placed(rasterise(box, 30, {1}, 2), 64, 64, 9, 9))), 2, 0.3);
}

TEST(Normalise, LeavesAMargin) {
    const ModelInput input = seen(rasterise(house, 300, {3}, 0));
    for (int i = 0; i < model_side; ++i)
        for (const int edge : {0, 1, model_side - 2, model_side - 1}) {
            EXPECT_EQ(input[static_cast<std::size_t>(i * model_side + edge)], 0);
            EXPECT_EQ(input[static_cast<std::size_t>(edge * model_side + i)], 0);
        }
}

TEST(Normalise, RefusesAnEmptyCanvas) {
    for (const int channels : {1, 2, 3, 4})
        for (const int value : {0, 127, 255}) {
            const Image blank{
                32, 20, channels,
                std::vector<std::uint8_t>(static_cast<std::size_t>(32 * 20 * channels),
                                          static_cast<std::uint8_t>(value))};
            const auto input = normalise(blank);
            ASSERT_FALSE(input) << channels << " " << value;
            EXPECT_EQ(input.error().kind, ErrorKind::invalid);
            EXPECT_EQ(input.error().field, "image");
        }
}

TEST(Normalise, TakesFaintNoiseForAnEmptyCanvas) {
    Image noisy{64, 64, 1, std::vector<std::uint8_t>(64 * 64, 250)};
    for (std::size_t i = 0; i < noisy.pixels.size(); i += 7) noisy.pixels[i] = 243;
    EXPECT_FALSE(normalise(noisy));
}

TEST(Normalise, ReadsADotOfOnePixel) {
    Image dot{40, 40, 1, std::vector<std::uint8_t>(40 * 40, 255)};
    dot.pixels[820] = 0;
    const ModelInput input = seen(dot);
    EXPECT_EQ(input[model_side / 2 * model_side + model_side / 2], 255);
}

TEST(Normalise, ReadsPicturesOfAnyWidth) {
    // Widths that are no multiple of a vector's lanes, down to one pixel.
    for (int width = 1; width < 40; ++width) {
        Image bar{width, 9, 3,
                  std::vector<std::uint8_t>(static_cast<std::size_t>(width * 9 * 3), 255)};
        for (std::size_t x = 0; x < static_cast<std::size_t>(width); ++x)
            bar.pixels[(4 * static_cast<std::size_t>(width) + x) * 3 + 1] = 0;
        EXPECT_TRUE(normalise(bar)) << width;
    }
}

TEST(Normalise, ReadsAFilledShapeThatCoversTheCanvas) {
    Image filled{100, 100, 1, std::vector<std::uint8_t>(100 * 100, 255)};
    for (int y = 5; y < 95; ++y)
        std::fill_n(filled.pixels.begin() + y * 100 + 5, 90, std::uint8_t{0});
    const ModelInput input = seen(filled);
    EXPECT_EQ(input[model_side / 2 * model_side + model_side / 2], 255);
    EXPECT_NEAR(aspect(input), 1, 0.05);
}

/// Paper under uneven light, with grain, and a pencil no blacker than `pencil` of it.
Image photographed(const Image& sketch, double pencil) {
    const Image page = placed(sketch, 320, 320, 60, 70);
    Image photo{320, 320, 3, {}};
    std::uint32_t grain = 1;
    for (int y = 0; y < 320; ++y)
        for (int x = 0; x < 320; ++x) {
            grain = grain * 1664525U + 1013904223U;
            const double light = 120 + 0.25 * x + 0.1 * y;
            const double ink = (255 - page.pixels[static_cast<std::size_t>(y * 320 + x)]) / 255.0;
            const double v =
                light * (1 - ink * (1 - pencil)) + static_cast<double>(grain >> 30U) * 2;
            for (int c = 0; c < 3; ++c)
                photo.pixels.push_back(static_cast<std::uint8_t>(v - 5 * c));
        }
    return photo;
}

TEST(Normalise, TakesThePaperOutOfAPhotograph) {
    const Image sketch = rasterise(house, 190, {5}, 4);
    const ModelInput plain = seen(sketch);
    EXPECT_LT(apart(plain, seen(photographed(sketch, 0.2))), 16);
    EXPECT_LT(apart(plain, seen(photographed(sketch, 0.6))), 16);
}

/// A page of one brightness here and another there, with grain, and a table of `table` round it;
/// printed with a line every `ruled` pixels, also upright where it is squared.
struct Paper {
    double from = 150;
    double to = 225;
    int grain = 5;
    int rim = 0;
    int table = 70;
    int pen = 60;
    int ruled = 0;
    bool squared = false;
};

Image photographed(const Image& sketch, const Paper& paper) {
    constexpr int width = 420, height = 320;
    const Image page = placed(sketch, width, height, 115, 65);
    Image photo{width, height, 3, {}};
    std::uint32_t random = 1;
    const auto grain = [&] {  // nearly Gaussian, of standard deviation `grain`
        double sum = 0;
        for (int i = 0; i < 12; ++i) {
            random = random * 1664525U + 1013904223U;
            sum += static_cast<double>(random >> 8U) / (1U << 24U) - 0.5;
        }
        return sum * paper.grain;
    };
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const bool beside = std::min({x, y, width - 1 - x, height - 1 - y}) < paper.rim;
            const double across = 0.6 * x / width + 0.4 * y / height;
            const bool printed =
                paper.ruled > 0 && (y % paper.ruled < 2 || (paper.squared && x % paper.ruled < 2));
            const double light =
                beside ? paper.table
                       : paper.from + (paper.to - paper.from) * across - (printed ? 35 : 0);
            const double ink = (255 - page.pixels[static_cast<std::size_t>(y * width + x)]) / 255.0;
            for (int c = 0; c < 3; ++c)
                photo.pixels.push_back(static_cast<std::uint8_t>(
                    std::clamp(light * (1 - ink) + paper.pen * ink - 4 * c + grain(), 0.0, 255.0)));
        }
    return photo;
}

TEST(Normalise, TakesGentlyUnevenPaperOutWhateverItsGrain) {
    const Image sketch = rasterise(house, 190, {5}, 4);
    const ModelInput plain = seen(sketch);
    for (int from = 100; from <= 190; from += 10)
        for (const int grain : {0, 1, 3, 5, 6, 7, 10})
            for (const int pen : {60, 110})
                EXPECT_LT(apart(plain, seen(photographed(sketch, {static_cast<double>(from), 225,
                                                                  grain, 0, 0, pen}))),
                          16)
                    << "paper from " << from << ", grain " << grain << ", pen " << pen;
}

TEST(Normalise, TakesTheTableRoundAPageOut) {
    const Image sketch = rasterise(house, 190, {5}, 4);
    const ModelInput plain = seen(sketch);
    for (const int rim : {6, 15, 30, 50})
        for (const int table : {40, 90, 250})
            for (const int grain : {2, 5, 8})
                EXPECT_LT(apart(plain, seen(photographed(sketch, {150, 215, grain, rim, table}))),
                          16)
                    << rim << " pixels of " << table << ", grain " << grain;
}

TEST(Normalise, FindsNothingOnABlankPageOnATable) {
    const Image blank{190, 190, 1, std::vector<std::uint8_t>(std::size_t{190} * 190, 255)};
    EXPECT_FALSE(normalise(photographed(blank, {150, 225, 3, 30, 70})));
}

TEST(Normalise, KeepsAShadedShapeOnACanvas) {
    Image shaded{160, 160, 1, std::vector<std::uint8_t>(std::size_t{160} * 160, 255)};
    for (int y = 20; y < 140; ++y)
        for (int x = 20; x < 140; ++x)
            shaded.pixels[static_cast<std::size_t>(y * 160 + x)] =
                static_cast<std::uint8_t>(100 - x / 2);
    const ModelInput input = seen(shaded);
    EXPECT_GT(input[model_side / 2 * model_side + model_side / 2], 128);
    EXPECT_NEAR(aspect(input), 1, 0.05);
}

TEST(InkBox, IsTheLeastThatHoldsTheInk) {
    const Image sketch = rasterise(house, 60, {5}, 4);
    const auto alone = ink_box(sketch);
    ASSERT_TRUE(alone);
    EXPECT_GT(alone->width, 40);
    EXPECT_LE(alone->x + alone->width, 60);
    const auto moved = ink_box(placed(sketch, 300, 200, 31, 47));
    ASSERT_TRUE(moved);
    EXPECT_EQ(moved->x, alone->x + 31);
    EXPECT_EQ(moved->y, alone->y + 47);
    EXPECT_EQ(moved->width, alone->width);
    EXPECT_EQ(moved->height, alone->height);
    EXPECT_FALSE(ink_box(Image{20, 20, 1, std::vector<std::uint8_t>(400, 255)}));
}

TEST(InkBox, OfAPhotographIsInItsOwnPixels) {
    const Image sketch = rasterise(house, 190, {5}, 4);
    const auto plain = ink_box(placed(sketch, 320, 320, 60, 70));
    const auto found = ink_box(photographed(sketch, 0.2));
    ASSERT_TRUE(plain && found);
    EXPECT_NEAR(found->x, plain->x, 4);
    EXPECT_NEAR(found->y, plain->y, 4);
    EXPECT_NEAR(found->width, plain->width, 8);
    EXPECT_NEAR(found->height, plain->height, 8);
    // Twice as many pixels a side, which are reduced to be looked at.
    const Image small = photographed(sketch, 0.2);
    Image large{1280, 1280, 3, {}};
    for (int y = 0; y < 1280; ++y)
        for (int x = 0; x < 1280; ++x)
            for (int c = 0; c < 3; ++c)
                large.pixels.push_back(
                    small.pixels[static_cast<std::size_t>((y / 4 * 320 + x / 4) * 3 + c)]);
    const auto reduced = ink_box(large);
    ASSERT_TRUE(reduced);
    EXPECT_NEAR(reduced->x, 4 * plain->x, 24);
    EXPECT_NEAR(reduced->width, 4 * plain->width, 48);
}

TEST(Normalise, IsDeterministic) {
    const Image sketch = photographed(rasterise(house, 190, {5}, 4), 0.3);
    EXPECT_EQ(seen(sketch), seen(sketch));
}

TEST(Normalise, TakesTheLinesOfRuledAndSquaredPaperOut) {
    const Image sketch = rasterise(house, 190, {5}, 4);
    const ModelInput plain = seen(sketch);
    for (const int pitch : {12, 16, 20, 30, 40})
        for (const bool squared : {false, true})
            for (const int pen : {20, 60, 90, 100})
                EXPECT_LT(apart(plain, seen(photographed(
                                           sketch, {150, 225, 4, 0, 0, pen, pitch, squared}))),
                          16)
                    << (squared ? "squared" : "ruled") << " every " << pitch << ", pen " << pen;
}

}  // namespace
}  // namespace croquis::drawing
