#include "learning/synthesis/sketcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "drawing/normalise.h"

namespace croquis::learning {
namespace {

bool same(const drawing::Strokes& a, const drawing::Strokes& b) {
    const auto same_point = [](const drawing::Point& p, const drawing::Point& q) {
        return p.x == q.x && p.y == q.y && p.t == q.t;
    };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const auto& s, const auto& t) {
        return std::equal(s.begin(), s.end(), t.begin(), t.end(), same_point);
    });
}

class EveryLabel : public testing::TestWithParam<std::string> {};

TEST_P(EveryLabel, IsDrawnTheSameFromTheSameSeed) {
    Random first(7), second(7), third(8);
    const auto a = sketch(GetParam(), first);
    EXPECT_TRUE(same(a, sketch(GetParam(), second)));
    EXPECT_FALSE(same(a, sketch(GetParam(), third)));
    Random p(9), q(9);
    EXPECT_EQ(picture(a, p).pixels, picture(a, q).pixels);
}

TEST_P(EveryLabel, StaysWithinBoundsAndShowsSomething) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        Random random(seed);
        const auto strokes = sketch(GetParam(), random);
        ASSERT_FALSE(strokes.empty()) << seed;
        float clock = 0;
        for (const auto& stroke : strokes) {
            ASSERT_FALSE(stroke.empty()) << seed;
            for (const auto& p : stroke) {
                ASSERT_TRUE(std::isfinite(p.x) && std::isfinite(p.y)) << seed;
                ASSERT_LT(std::hypot(p.x, p.y), 3000) << seed;
                ASSERT_TRUE(p.t >= clock || p.t == 0) << seed;
                clock = std::max(clock, p.t);
            }
        }
        EXPECT_TRUE(drawing::normalise(drawing::rasterise(strokes, 96, {3}, 6))) << seed;
    }
}

INSTANTIATE_TEST_SUITE_P(Sketcher, EveryLabel, testing::ValuesIn(shape_labels()),
                         [](const auto& label) { return label.param; });

TEST(Sketcher, RefusesWhatIsNotALabel) {
    Random random(1);
    EXPECT_THROW(sketch("kangaroo", random), std::out_of_range);
    EXPECT_THROW(sketch("", random), std::out_of_range);
}

TEST(Sketcher, MakesPicturesOfAllKinds) {
    std::set<int> channels;
    Random random(3);
    for (int i = 0; i < 200; ++i) {
        const auto image = picture(sketch("star", random), random);
        ASSERT_EQ(image.pixels.size(), static_cast<std::size_t>(image.width) *
                                           static_cast<std::size_t>(image.height) *
                                           static_cast<std::size_t>(image.channels));
        channels.insert(image.channels);
    }
    EXPECT_EQ(channels, (std::set<int>{1, 3, 4}));
}

/// Width over height or the other way round, at most 1, whichever way the sketch is turned.
double roundness(const drawing::Strokes& strokes) {
    double least = 1;
    for (int degree = 0; degree < 90; degree += 3) {
        const double c = std::cos(degree * 0.017453), s = std::sin(degree * 0.017453);
        double left = 1e9, right = -1e9, top = 1e9, bottom = -1e9;
        for (const auto& stroke : strokes)
            for (const auto& p : stroke) {
                const double x = double{p.x}, y = double{p.y};
                const double u = c * x + s * y, v = c * y - s * x;
                left = std::min(left, u), right = std::max(right, u);
                top = std::min(top, v), bottom = std::max(bottom, v);
            }
        const double ratio = (right - left) / (bottom - top);
        least = std::min({least, ratio, 1 / ratio});
    }
    return least;
}

TEST(Sketcher, KeepsTheBoundaryBetweenCircleAndEllipse) {
    int round = 0, flat = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        Random a(seed), b(seed);
        round += roundness(sketch("circle", a)) > 0.72 ? 1 : 0;
        flat += roundness(sketch("ellipse", b)) < 0.78 ? 1 : 0;
    }
    EXPECT_GT(round, 170);
    EXPECT_GT(flat, 180);
}

TEST(Sketcher, ACarefulHandDrawsRounderCirclesAndFlatterEllipses) {
    int round = 0, flat = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        Random a(seed), b(seed);
        round += roundness(sketch("circle", 1, a)) > 0.8 ? 1 : 0;
        flat += roundness(sketch("ellipse", 1, b)) < 0.8 ? 1 : 0;
    }
    EXPECT_GT(round, 92);  // a stray dot beside a few
    EXPECT_GT(flat, 92);
}

TEST(Sketcher, CareIsPartOfTheSketch) {
    Random first(5), second(5), third(5);
    const auto careful = sketch("square", 1, first);
    EXPECT_TRUE(same(careful, sketch("square", 1, second)));
    EXPECT_FALSE(same(careful, sketch("square", 0, third)));
    EXPECT_THROW(sketch("kangaroo", 1, first), std::out_of_range);
}

}  // namespace
}  // namespace croquis::learning
