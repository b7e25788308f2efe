#include "learning/evaluation/drift.h"

#include <gtest/gtest.h>

#include <random>

namespace croquis::learning {
namespace {

TEST(Drift, IsNothingBetweenAlikeSamples) {
    const auto drift = drift_between({50, 50}, {100, 100});
    EXPECT_NEAR(drift.index, 0, 1e-6);
    EXPECT_EQ(drift.reference, 100U);
    EXPECT_EQ(drift.now, 200U);
    EXPECT_FALSE(drift.is_beyond_chance());
}

TEST(Drift, IsTheIndexThatIsKnown) {
    // (0.6 - 0.5) ln(0.6 / 0.5) + (0.4 - 0.5) ln(0.4 / 0.5), with hardly any smoothing.
    const auto drift = drift_between({500'000, 500'000}, {600'000, 400'000});
    EXPECT_NEAR(drift.index, 0.040547, 1e-5);
    EXPECT_TRUE(drift.is_beyond_chance());
}

TEST(Drift, KnowsWhatChanceDoesToFew) {
    // Ten bins: chi-squared of nine degrees of freedom, 16.919.
    const std::vector<std::size_t> flat(10, 500);
    EXPECT_NEAR(drift_between(flat, std::vector<std::size_t>(10, 20)).by_chance,
                16.919 * (1.0 / 5000 + 1.0 / 200), 1e-4);
}

TEST(Drift, IsBeyondChanceInAboutOneOfTwentyAlikeSamples) {
    std::mt19937 random(1);
    const auto sample = [&](std::size_t count) {
        std::vector<std::size_t> bins(10);
        for (std::size_t i = 0; i < count; ++i) ++bins[random() % 10];
        return bins;
    };
    int beyond = 0;
    for (int i = 0; i < 2000; ++i)
        beyond += drift_between(sample(5000), sample(500)).is_beyond_chance() ? 1 : 0;
    EXPECT_GT(beyond, 60);
    EXPECT_LT(beyond, 140);
}

TEST(Drift, IsNothingWhereThereIsNothingToCompare) {
    EXPECT_FALSE(drift_between({}, {}).is_beyond_chance());
    EXPECT_EQ(drift_between({5, 5}, {0, 0}).index, 0);
    EXPECT_EQ(drift_between({5, 0}, {9, 0}).by_chance, 0);
}

}  // namespace
}  // namespace croquis::learning
