#include "learning/adaptation/evidence.h"

#include <gtest/gtest.h>

#include <cmath>

#include "learning/synthesis/random.h"

namespace croquis::learning {
namespace {

TEST(Evidence, IsOneWithoutOutcomes) {
    EXPECT_DOUBLE_EQ(evidence_above({}, 0.5), 1);
    const auto interval = confidence_sequence({}, 0.05);
    EXPECT_NEAR(interval.low, 0, 1e-9);
    EXPECT_NEAR(interval.high, 1, 1e-9);
}

TEST(Evidence, OfOneOutcomeIsFairWhereTheMeanIsAsSaid) {
    for (const double mean : {0.1, 0.5, 0.9})
        EXPECT_NEAR(
            mean * evidence_above({1, 0, 0}, mean) + (1 - mean) * evidence_above({0, 0, 1}, mean),
            1, 1e-12);
    EXPECT_DOUBLE_EQ(evidence_above({0, 7, 0}, 0.5), 1);
}

TEST(Evidence, LooksAlikeFromBothSides) {
    const auto up = confidence_sequence({30, 10, 12}, 0.05);
    const auto down = confidence_sequence({12, 10, 30}, 0.05);
    EXPECT_NEAR(up.low, 1 - down.high, 1e-9);
    EXPECT_NEAR(up.high, 1 - down.low, 1e-9);
    EXPECT_LT(up.low, 35.0 / 52);
    EXPECT_GT(up.high, 35.0 / 52);
}

TEST(Evidence, GrowsNarrowerWithMoreOutcomes) {
    double before = 1;
    for (const double times : {1.0, 10.0, 100.0}) {
        const auto interval = confidence_sequence({8 * times, 0, 2 * times}, 0.05);
        EXPECT_LT(interval.high - interval.low, before);
        before = interval.high - interval.low;
    }
    EXPECT_LT(before, 0.15);
}

/// The bound is on ever missing the mean, at any of all looks.
TEST(Evidence, HoldsTheMeanAtEveryLook) {
    Random random(11);
    for (const float mean : {0.1F, 0.8F}) {
        int missed = 0;
        constexpr int runs = 300;
        for (int run = 0; run < runs; ++run) {
            Outcomes outcomes;
            bool misses = false;
            for (int i = 1; i <= 400 && !misses; ++i) {
                ++(random.chance(mean) ? outcomes.ones : outcomes.zeros);
                if (i % 20 != 0) continue;
                misses =
                    evidence_above(outcomes, mean) >= 40 || evidence_below(outcomes, mean) >= 40;
            }
            missed += misses ? 1 : 0;
        }
        EXPECT_LE(missed, 0.05 * runs + 3 * std::sqrt(0.05 * 0.95 * runs));
    }
}

}  // namespace
}  // namespace croquis::learning
