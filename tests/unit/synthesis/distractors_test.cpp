#include "learning/synthesis/distractors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "learning/synthesis/shapes.h"

namespace croquis::learning {
namespace {

float length(Vec v) {
    return std::hypot(v.x, v.y);
}

/// How much shorter the shorter of two parallel sides is; nothing where no two are parallel.
std::optional<float> taper(const std::vector<Vec>& corners) {
    std::optional<float> least;
    for (const std::size_t i : {0, 1}) {
        const Vec a = corners[i + 1] - corners[i];
        const Vec b = corners[(i + 3) % 4] - corners[i + 2];
        const float sine = (a.x * b.y - a.y * b.x) / (length(a) * length(b));
        if (std::abs(sine) > 0.001F) continue;
        const float ratio = std::min(length(a), length(b)) / std::max(length(a), length(b));
        least = std::min(least.value_or(1), ratio);
    }
    return least;
}

/// The sine of how far a parallelogram leans over.
float lean(const std::vector<Vec>& corners) {
    const Vec a = corners[1] - corners[0];
    const Vec b = corners[2] - corners[1];
    return std::abs(a.x * b.x + a.y * b.y) / (length(a) * length(b));
}

std::string kind_of(const Figure& figure) {
    const auto& first = figure.front();
    if (figure.size() >= 5) return "ring of dots";
    if (first.closed && figure.size() > 1) return "crossed";
    if (first.closed && first.points.size() != 4) return "decagon";
    if (first.closed) return taper(first.points) > 0.999F ? "parallelogram" : "trapezium";
    return first.smooth ? "arc" : "digit";
}

TEST(Things, AreLinesOfTwoCornersOrMoreWithinTheFigure) {
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        Random random(seed);
        const auto thing = outlined_thing(random);
        ASSERT_FALSE(thing.empty()) << seed;
        for (const auto& path : thing) {
            EXPECT_GE(path.points.size(), path.closed ? 3U : 2U) << seed;
            for (const auto& p : path.points)
                EXPECT_LT(std::max(std::abs(p.x), std::abs(p.y)), 1.7F) << seed;
        }
    }
}

TEST(Things, AreTheSameFromTheSameSeedAndOfManyKinds) {
    const auto form = [](std::uint64_t seed) {
        Random random(seed);
        std::vector<std::size_t> corners;
        for (const auto& path : outlined_thing(random)) corners.push_back(path.points.size());
        return corners;
    };
    std::set<std::vector<std::size_t>> forms;
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        EXPECT_EQ(form(seed), form(seed));
        forms.insert(form(seed));
    }
    EXPECT_GE(forms.size(), 25U);
}

TEST(LookAlikes, AreOfAllKindsMostlyTrapeziaAndCrossedShapes) {
    std::map<std::string, int> kinds;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        Random random(seed);
        ++kinds[kind_of(look_alike(random))];
    }
    EXPECT_EQ(kinds.size(), 7U);
    for (const auto& [kind, count] : kinds) EXPECT_GT(count, 50) << kind;
    EXPECT_GT(kinds["trapezium"] + kinds["crossed"], 500);
}

TEST(LookAlikes, KeepToTheirSideOfTheBorder) {
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        Random random(seed);
        const auto figure = look_alike(random);
        const auto& points = figure.front().points;
        const auto kind = kind_of(figure);
        if (kind == "trapezium") {
            ASSERT_TRUE(taper(points)) << seed;
            EXPECT_LT(*taper(points), 0.75F) << seed;
        }
        if (kind == "parallelogram") {
            EXPECT_GT(lean(points), 0.33F) << seed;
        }
        if (kind == "decagon") {
            EXPECT_EQ(points.size(), 10U) << seed;
        }
        if (kind == "arc") {
            EXPECT_GT(length(points.back() - points.front()), 0.7F) << seed;
        }
    }
}

TEST(LookAlikes, AreCrossedFromEitherCorner) {
    int up = 0;
    int down = 0;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        Random random(seed);
        const auto figure = look_alike(random);
        if (kind_of(figure) != "crossed" || figure.front().points.size() != 4) continue;
        if (figure.size() != 2) continue;
        const Vec way = figure[1].points[1] - figure[1].points[0];
        if (std::min(std::abs(way.x), std::abs(way.y)) < 0.7F) continue;
        ++((way.x > 0) == (way.y > 0) ? down : up);
    }
    EXPECT_GT(up, 10);
    EXPECT_GT(down, 10);
}

TEST(LookAlikes, LeaveGapsBetweenTheirDots) {
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        Random random(seed);
        const auto figure = look_alike(random);
        if (kind_of(figure) != "ring of dots") continue;
        for (std::size_t i = 1; i < figure.size(); ++i)
            for (const auto p : figure[i - 1].points)
                for (const auto q : figure[i].points) ASSERT_GT(length(p - q), 0.05F) << seed;
    }
}

}  // namespace
}  // namespace croquis::learning
