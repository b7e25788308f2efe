#include "recognition/answer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

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
    EXPECT_EQ(refused->confidence, refused->probabilities[2]);
}

TEST(Answer, SaysUnknownWhereTheModelDoes) {
    const std::array<float, 3> logits{0, 0, 4};
    const auto answer = to_prediction(logits, three_labels());
    EXPECT_EQ(answer->tag, "unknown");
    EXPECT_EQ(answer->confidence, answer->probabilities[2]);
}

TEST(Answer, TornBetweenTwoShapesIsUnknownAndUnsure) {
    auto info = three_labels();
    const std::array<float, 3> torn{5, 5, 0};
    info.unknown_below = 0.6F;
    const auto answer = to_prediction(torn, info);
    EXPECT_EQ(answer->tag, "unknown");
    EXPECT_LT(answer->confidence, 0.01F);
}

TEST(Answer, UnknownOfAModelWithoutThatLabelHasNoConfidence) {
    const ModelInfo two{"test-1", "test", {"circle", "square"}, 1, 0.6F};
    const std::array<float, 2> torn{0.1F, 0};
    const auto answer = to_prediction(torn, two);
    EXPECT_EQ(answer->tag, "unknown");
    EXPECT_EQ(answer->confidence, 0);
}

/// What is shown of one drawing: the answer, and the probabilities of other tags beside it.
TEST(Answer, NeverAddsUpToMoreThanOneWithTheProbabilitiesBesideIt) {
    std::minstd_rand random(1);
    std::normal_distribution<float> spread(0, 2);
    ModelInfo info{"test-1", "test", {"circle", "square", "star", "heart", "unknown"}, 1, 0.5F};
    for (int i = 0; i < 1000; ++i) {
        if (i == 500) info.labels.back() = "line";
        std::array<float, 5> logits{};
        for (float& logit : logits) logit = spread(random);
        const auto answer = to_prediction(logits, info);
        float sum = answer->confidence;
        for (std::size_t k = 0; k < logits.size(); ++k)
            if (info.labels[k] != answer->tag) sum += answer->probabilities[k];
        EXPECT_LE(sum, 1 + 1e-5F);
    }
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
