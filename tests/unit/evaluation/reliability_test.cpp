#include "learning/evaluation/reliability.h"

#include <gtest/gtest.h>

#include <cmath>

namespace croquis::learning {
namespace {

std::vector<Answered> answers(std::size_t count, float confidence) {
    return std::vector<Answered>(count, {confidence, true});
}

TEST(Reliability, ByChanceIsWhatTheBinomialSays) {
    // Of 100 answers at 0.9 the number of right ones has a standard deviation of 3, and the mean
    // distance of a normal variable from its middle is 0.798 of that.
    const auto chance = calibration_by_chance(reliability_of(answers(100, 0.9F)));
    EXPECT_NEAR(chance.mean, 0.024, 0.002);
    EXPECT_NEAR(chance.most, 0.06, 0.01);  // 1.96 standard deviations
}

TEST(Reliability, ByChanceFallsWithTheRootOfTheDrawings) {
    const auto few = calibration_by_chance(reliability_of(answers(100, 0.75F)));
    const auto many = calibration_by_chance(reliability_of(answers(10'000, 0.75F)));
    EXPECT_NEAR(few.mean / many.mean, 10, 0.7);
}

TEST(Reliability, ByChanceDoesNotAskWhatWasRight) {
    auto wrong = answers(50, 0.8F);
    for (auto& answer : wrong) answer.correct = false;
    EXPECT_EQ(calibration_by_chance(reliability_of(wrong)).mean,
              calibration_by_chance(reliability_of(answers(50, 0.8F))).mean);
    EXPECT_NEAR(calibration_error(reliability_of(wrong)), 0.8, 1e-6);
}

TEST(Reliability, WhoIsSureOfEverythingHasNoChance) {
    const auto bins = reliability_of(answers(10, 1));
    EXPECT_EQ(calibration_by_chance(bins).most, 0);
    EXPECT_EQ(calibration_error(bins), 0);
}

TEST(Reliability, NothingAnsweredIsZero) {
    EXPECT_EQ(calibration_by_chance(reliability_of({})).mean, 0);
    EXPECT_EQ(calibration_error(reliability_of({})), 0);
}

}  // namespace
}  // namespace croquis::learning
