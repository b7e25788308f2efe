#include "learning/training/calibration.h"

#include <gtest/gtest.h>

#include <cmath>

#include "learning/synthesis/sketcher.h"
#include "unit/training/small.h"

namespace croquis::learning {
namespace {

const std::int64_t classes = static_cast<std::int64_t>(shape_labels().size());

/// Logits of drawings whose labels are drawn from them at `temperature`, with `bias` on "unknown".
Judged drawn_from(double temperature, double bias, std::int64_t count, std::uint64_t seed) {
    torch::manual_seed(seed);
    Judged judged;
    judged.logits = 3 * torch::randn({count, classes});
    auto meant = judged.logits.clone();
    meant.index({torch::indexing::Slice(), classes - 1}) += bias;
    judged.truth = torch::multinomial(torch::softmax(meant / temperature, 1), 1).flatten();
    judged.ids.resize(static_cast<std::size_t>(count));
    judged.hands.resize(judged.ids.size());
    judged.inputs.resize(judged.ids.size());
    return judged;
}

/// As many shapes as drawings that are none, as two parts weigh in the fit, of each its half.
TEST(Calibrate, FindsTheTemperatureThatTheLabelsWereDrawnBy) {
    for (const double temperature : {0.7, 1.0, 2.5}) {
        const auto judged = drawn_from(temperature, 0, 20'000, 3);
        const auto found = calibrate({&judged}, 0.4F);
        EXPECT_NEAR(found.temperature, temperature, 0.15 * temperature);
        EXPECT_EQ(found.unknown_below, 0.4F);
    }
}

TEST(Calibrate, GivesUnknownMoreWhereItIsTrueMoreOften) {
    const auto seldom = drawn_from(1, -1, 20'000, 3);
    const auto often = drawn_from(1, 3, 20'000, 3);
    EXPECT_LT(calibrate({&seldom}, 0.4F).unknown_bias, calibrate({&often}, 0.4F).unknown_bias);
}

TEST(Calibrate, LetsNoSourceDecideByItsSize) {
    const auto small = drawn_from(2, 0, 2'000, 3);
    const auto large = drawn_from(0.7, 0, 40'000, 4);
    const double together = calibrate({&small, &large}, 0.4F).temperature;
    const double alone = calibrate({&large}, 0.4F).temperature;
    EXPECT_GT(together, 1.3 * alone);
}

TEST(OutcomesOf, PassesOverDrawingsWhoseLabelNobodyKnows) {
    auto judged = drawn_from(1, 0, 10, 3);
    judged.truth[4] = not_asked;
    const auto outcomes = outcomes_of(judged, {});
    EXPECT_EQ(outcomes.size(), 9U);
    EXPECT_EQ(inputs_of(judged).size(), 9U);
}

}  // namespace
}  // namespace croquis::learning
