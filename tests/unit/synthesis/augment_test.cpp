#include "learning/synthesis/augment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "drawing/normalise.h"
#include "learning/synthesis/sketcher.h"

namespace croquis::learning {
namespace {

struct Extent {
    float left = 1e9F, right = -1e9F, top = 1e9F, bottom = -1e9F;
    [[nodiscard]] float width() const { return right - left; }
    [[nodiscard]] float height() const { return bottom - top; }
    [[nodiscard]] float ratio() const { return width() / height(); }
};

Extent extent_of(const drawing::Strokes& strokes) {
    Extent e;
    for (const auto& stroke : strokes)
        for (const auto& p : stroke) {
            e.left = std::min(e.left, p.x), e.right = std::max(e.right, p.x);
            e.top = std::min(e.top, p.y), e.bottom = std::max(e.bottom, p.y);
        }
    return e;
}

/// 200 by 200 with its middle at 400,300.
drawing::Strokes square() {
    return {{{300, 200, 0}, {500, 200, 0}, {500, 400, 0}, {300, 400, 0}, {300, 200, 0}}};
}

bool equal(const drawing::Strokes& a, const drawing::Strokes& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& s, const auto& t) {
        return std::equal(s.begin(), s.end(), t.begin(), t.end(),
                          [](const auto& p, const auto& q) { return p.x == q.x && p.y == q.y; });
    });
}

class RedrawnAsEveryLabel : public testing::TestWithParam<std::string> {};

TEST_P(RedrawnAsEveryLabel, StaysAboutWhereItWasAndShowsSomething) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        Random random(seed);
        const auto again = augmented(square(), GetParam(), random);
        const auto e = extent_of(again);
        EXPECT_GT(e.left, 200) << seed;
        EXPECT_LT(e.right, 600) << seed;
        EXPECT_GT(e.top, 100) << seed;
        EXPECT_LT(e.bottom, 500) << seed;
        EXPECT_TRUE(drawing::normalise(drawing::rasterise(again, 96, {3}, 6))) << seed;
    }
}

/// A ring of 28 pixels, as the small sets have them.
drawing::Image small_ring() {
    drawing::Strokes strokes(1);
    for (int i = 0; i <= 40; ++i) {
        const float angle = 6.2832F * static_cast<float>(i) / 40;
        strokes[0].push_back({std::cos(angle), std::sin(angle), 0});
    }
    return drawing::rasterise(strokes, 28, {2}, 2);
}

TEST_P(RedrawnAsEveryLabel, TakesPicturesToo) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Random random(seed);
        Random same(seed);
        const auto again = augmented(small_ring(), GetParam(), random);
        EXPECT_GE(again.width, 64);
        EXPECT_EQ(again.width, again.height);
        EXPECT_EQ(again.pixels, augmented(small_ring(), GetParam(), same).pixels) << seed;
        EXPECT_TRUE(drawing::normalise(again)) << seed;
        // The paper's edge stays white: nothing ran over it.
        EXPECT_GT(again.pixels.front(), 200) << seed;
        EXPECT_GT(again.pixels.back(), 200) << seed;
    }
}

TEST(Redraw, FlattensPictures) {
    const auto wide = flattened(small_ring(), 0.5F, false);
    const auto tall = flattened(small_ring(), 0.5F, true);
    EXPECT_GT(wide.width, wide.height + 5);
    EXPECT_EQ(tall.width, wide.height);
    EXPECT_EQ(tall.height, wide.width);
}

/// Which side of the middle more of the stroke is on: an L leans left, its mirror image right.
bool leans_left(const drawing::Strokes& strokes) {
    const auto e = extent_of(strokes);
    float sum = 0;
    for (const auto& p : strokes.front()) sum += p.x - (e.left + e.right) / 2;
    return sum < 0;
}

TEST(Redraw, NeverMirrorsSigns) {
    const drawing::Strokes letter{{{0, 0, 0}, {0, 200, 0}, {80, 200, 0}}};
    int mirrored_shapes = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        Random random(seed);
        Random other(seed);
        EXPECT_TRUE(leans_left(augmented(letter, "sign", random))) << seed;
        mirrored_shapes += leans_left(augmented(letter, "unknown", other)) ? 0 : 1;
    }
    EXPECT_GT(mirrored_shapes, 10);
}

INSTANTIATE_TEST_SUITE_P(Redraw, RedrawnAsEveryLabel, testing::ValuesIn(shape_labels()),
                         [](const auto& label) { return label.param; });

TEST(Redraw, IsTheSameFromTheSameSeedAndDiffersFromAnother) {
    Random first(7), second(7), third(8);
    const auto a = augmented(square(), "square", first);
    EXPECT_TRUE(equal(a, augmented(square(), "square", second)));
    EXPECT_FALSE(equal(a, augmented(square(), "square", third)));
    EXPECT_FALSE(equal(a, square()));
}

TEST(Redraw, ASquareStaysNearlyAsWideAsHigh) {
    int square_still = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        Random random(seed);
        const float ratio = extent_of(augmented(square(), "square", random)).ratio();
        square_still += std::min(ratio, 1 / ratio) > 0.75F ? 1 : 0;
    }
    EXPECT_GT(square_still, 195);
}

TEST(Redraw, NothingAndDotsAreDrawnWithoutHarm) {
    Random random(3);
    EXPECT_TRUE(augmented(drawing::Strokes{}, "line", random).empty());
    const drawing::Strokes dot{{{5, 5, 0}}};
    const drawing::Strokes still{{{5, 5, 0}, {5, 5, 1}, {5, 5, 2}}};
    for (int i = 0; i < 50; ++i)
        for (const auto& strokes :
             {augmented(dot, "unknown", random), augmented(still, "line", random)})
            for (const auto& stroke : strokes)
                for (const auto& p : stroke) EXPECT_TRUE(std::isfinite(p.x) && std::isfinite(p.y));
}

TEST(Redraw, FlattensToTheRatioAskedFor) {
    EXPECT_FLOAT_EQ(extent_of(flattened(square(), 0.5F, true)).ratio(), 0.5F);
    EXPECT_FLOAT_EQ(extent_of(flattened(square(), 0.5F, false)).ratio(), 2);
    const auto wide = flattened(square(), 0.4F, false);
    EXPECT_FLOAT_EQ(extent_of(flattened(wide, 0.5F, true)).ratio(), 0.5F);
}

TEST(Redraw, ASpeckIsSmallAndNear) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        Random random(seed);
        auto strokes = square();
        add_speck(strokes, random);
        ASSERT_EQ(strokes.size(), 2U);
        const auto speck = extent_of({strokes.back()});
        EXPECT_LT(std::max(speck.width(), speck.height()), 20) << seed;
        EXPECT_GT(speck.left, 0) << seed;
        EXPECT_LT(speck.right, 700) << seed;
    }
    Random random(1);
    drawing::Strokes nothing;
    add_speck(nothing, random);
    EXPECT_TRUE(nothing.empty());
}

}  // namespace
}  // namespace croquis::learning
