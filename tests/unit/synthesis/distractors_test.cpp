#include "learning/synthesis/distractors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace croquis::learning {
namespace {

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

}  // namespace
}  // namespace croquis::learning
