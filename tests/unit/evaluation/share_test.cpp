#include "learning/evaluation/share.h"

#include <gtest/gtest.h>

#include <cmath>

#include "learning/evaluation/metrics.h"

namespace croquis::learning {
namespace {

constexpr Share nobody{};

TEST(ByHand, OfADrawingEachIsWorthAsMuchAsThereAre) {
    const auto share = by_hand({{1, 1}, {0, 1}, {1, 1}}, {5, 7});
    EXPECT_EQ(share.some, 7U);
    EXPECT_EQ(share.all, 10U);
    EXPECT_FALSE(share.worth);
    EXPECT_EQ(share.interval().low, (Share{7, 10}.interval().low));
}

TEST(ByHand, TwoPeopleSayLittleOfAThird) {
    // Student's t of 209 and of 1 degree of freedom: 1.97138 and 12.70620.
    const auto share = by_hand({{100, 100}, {110, 110}}, nobody);
    ASSERT_TRUE(share.worth);
    EXPECT_NEAR(*share.worth, 210 * std::pow(1.97138 / 12.70620, 2), 1e-4);
    EXPECT_NEAR(share.interval().low, std::pow(0.025, 1 / *share.worth), 1e-9);
    EXPECT_EQ(share.interval().high, 1);
}

TEST(ByHand, OnePersonSaysNothingOfOthers) {
    const auto interval = by_hand({{19, 20}}, nobody).interval();
    EXPECT_EQ(interval.low, 0);
    EXPECT_EQ(interval.high, 1);
}

TEST(ByHand, HandsThatDifferAreWorthLessThanTheirDrawings) {
    // Five hands of 20 drawings all right, five all wrong: squares 10 * 10^2, so the variance is
    // 10/9 * 1000 / 200^2 instead of 0.25 / 199; t of 199 and of 9: 1.97196 and 2.26216.
    std::vector<Share> hands;
    for (std::size_t i = 0; i < 10; ++i) hands.push_back({i % 2 == 0 ? 20U : 0U, 20});
    const auto share = by_hand(hands, nobody);
    const double effect = (10.0 / 9 * 1000 / 40'000) / (0.25 / 199);
    ASSERT_TRUE(share.worth);
    EXPECT_NEAR(*share.worth, 200 / effect * std::pow(1.97196 / 2.26216, 2), 1e-3);
    EXPECT_LT(share.interval().low, 0.2);
    EXPECT_GT(share.interval().high, 0.8);
}

TEST(ByHand, HandsThatAreAlikeAreWorthNoMoreThanTheirDrawings) {
    const auto share = by_hand({{10, 20}, {10, 20}, {10, 20}, {10, 20}}, nobody);
    ASSERT_TRUE(share.worth);
    EXPECT_EQ(*share.worth, 80);
    EXPECT_NEAR(share.interval().low, (Share{40, 80}.interval().low), 1e-9);
}

TEST(ByHand, DrawingsOfUnknownHandsCountEachForItself) {
    const auto mixed = by_hand({{0, 20}, {20, 20}}, {30, 60});
    const auto alone = by_hand({{0, 20}, {20, 20}}, nobody);
    ASSERT_TRUE(mixed.worth && alone.worth);
    EXPECT_GT(*mixed.worth, *alone.worth);
    EXPECT_LT(*mixed.worth, 100);
}

TEST(ByHand, OfNothingIsAnything) {
    EXPECT_EQ(by_hand({}, nobody).interval().high, 1);
    EXPECT_EQ(by_hand({}, nobody).interval().low, 0);
}

TEST(Metrics, SayWhoseTheDrawingsAre) {
    const std::vector<Outcome> outcomes{{"1", "star", "star", 0.9F, "ann"},
                                        {"2", "star", "star", 0.9F, "ann"},
                                        {"3", "star", "unknown", 0.9F, "ben"},
                                        {"4", "unknown", "unknown", 0.9F, "ann"},
                                        {"5", "unknown", "unknown", 0.9F}};
    const auto report = measure(outcomes, {"star", "unknown"});
    EXPECT_EQ(report.hands, 2U);
    EXPECT_EQ(report.of_unknown, 1U);
    ASSERT_TRUE(report.accuracy.worth);
    EXPECT_FALSE(report.rejected_ood.worth);  // a drawing each
    EXPECT_LT(report.accuracy.interval().low, (Share{2, 3}.interval().low));
}

}  // namespace
}  // namespace croquis::learning
