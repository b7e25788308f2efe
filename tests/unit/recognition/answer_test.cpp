#include "recognition/answer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace croquis::recognition {
namespace {

ModelInfo three_labels() {
    return {"test-1", "test", {"circle", "square", "unknown"}, 1, 0.5F};
}

TEST(Answer, IsTheMostProbableLabelWithItsProbability) {
    const std::array<float, 3> logits{3, 1, 0};
    const auto answer = to_prediction(logits, three_labels());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->tag, "circle");
    EXPECT_FLOAT_EQ(answer->confidence, answer->probabilities[0]);
    EXPECT_NEAR(answer->probabilities[0], std::exp(3) / (std::exp(3) + std::exp(1) + 1), 1e-6);
    EXPECT_NEAR(std::accumulate(answer->probabilities.begin(), answer->probabilities.end(), 0.0F),
                1, 1e-6);
}

TEST(Answer, DividesLogitsByTheTemperature) {
    auto info = three_labels();
    info.temperature = 2;
    const std::array<float, 3> logits{4, 2, 0};
    const std::array<float, 3> halved{2, 1, 0};
    EXPECT_EQ(to_prediction(logits, info)->probabilities,
              to_prediction(halved, three_labels())->probabilities);
}

TEST(Answer, IsUnknownJustUnderTheThresholdOnly) {
    auto info = three_labels();
    const std::array<float, 3> logits{1, 0, 0};
    const float best = to_prediction(logits, info)->probabilities[0];
    info.unknown_below = best;
    EXPECT_EQ(to_prediction(logits, info)->tag, "circle");
    info.unknown_below = std::nextafter(best, 1.0F);
    const auto refused = to_prediction(logits, info);
    EXPECT_EQ(refused->tag, "unknown");
    EXPECT_FLOAT_EQ(refused->confidence, 1 - best);
}

TEST(Answer, SaysUnknownWhereTheModelDoes) {
    const std::array<float, 3> logits{0, 0, 4};
    const auto answer = to_prediction(logits, three_labels());
    EXPECT_EQ(answer->tag, "unknown");
    EXPECT_FLOAT_EQ(answer->confidence, 1 - answer->probabilities[0]);
}

TEST(Answer, StaysFiniteForHugeLogits) {
    const std::array<float, 3> logits{1e30F, -1e30F, 0};
    const auto answer = to_prediction(logits, three_labels());
    EXPECT_FLOAT_EQ(answer->confidence, 1);
    EXPECT_FLOAT_EQ(answer->probabilities[1], 0);
}

TEST(Answer, RefusesLogitsThatAreNotNumbers) {
    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        const std::array<float, 3> logits{0, bad, 0};
        EXPECT_EQ(to_prediction(logits, three_labels()).error().kind, ErrorKind::internal);
    }
}

}  // namespace
}  // namespace croquis::recognition
