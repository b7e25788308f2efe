#include "learning/adaptation/gate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "learning/synthesis/random.h"

namespace croquis::learning {
namespace {

/// One more judging drawing: the models disagree on the part `disagreement` of them, and the
/// candidate is better by `difference`.
void judge(PairedAnswers& answers, Random& random, float disagreement, float difference) {
    if (!random.chance(disagreement))
        ++answers.both;
    else
        ++(random.chance((1 + difference / disagreement) / 2) ? answers.only_candidate
                                                              : answers.only_live);
}

/// Looks every 25 drawings until the gate decides; the verdict, and after how many drawings.
struct Watched {
    Verdict verdict = Verdict::undecided;
    std::size_t drawings = 0;
};
Watched watched(Random& random, float disagreement, float difference, std::size_t most,
                std::size_t candidate = 1) {
    PairedAnswers answers;
    while (answers.all() < most) {
        for (int i = 0; i < 25; ++i) judge(answers, random, disagreement, difference);
        const auto verdict = compare(answers, candidate).verdict;
        if (verdict != Verdict::undecided) return {verdict, answers.all()};
    }
    return {Verdict::undecided, most};
}

double tolerated(double part, int runs) {
    return part * runs + 3 * std::sqrt(part * (1 - part) * runs);
}

TEST(Gate, PromotesNothingByLuckHoweverOftenOneLooks) {
    Random random(1);
    constexpr int runs = 150;
    for (const float disagreement : {0.08F, 0.5F}) {
        int decided = 0;
        for (int run = 0; run < runs; ++run)
            decided += watched(random, disagreement, 0, 600).verdict != Verdict::undecided ? 1 : 0;
        EXPECT_LE(decided, tolerated(gate_error, runs));
    }
}

TEST(Gate, PromotesNothingByLuckFromManyCandidatesOnTheSameDrawings) {
    Random random(2);
    constexpr int runs = 60;
    int promoted = 0;
    for (int run = 0; run < runs; ++run) {
        bool any = false;
        for (std::size_t candidate = 1; candidate <= 10 && !any; ++candidate)
            any = watched(random, 0.3F, 0, 200, candidate).verdict == Verdict::better;
        promoted += any ? 1 : 0;
    }
    EXPECT_LE(promoted, tolerated(gate_error, runs));
}

TEST(Gate, FindsWhatIsBetterAndWhatIsWorse) {
    Random random(3);
    constexpr int runs = 40;
    int better = 0;
    int worse = 0;
    for (int run = 0; run < runs; ++run) {
        better += watched(random, 0.12F, 0.06F, 1500).verdict == Verdict::better ? 1 : 0;
        worse += watched(random, 0.12F, -0.06F, 1500).verdict == Verdict::worse ? 1 : 0;
    }
    EXPECT_GE(better, 0.8 * runs);
    EXPECT_GE(worse, 0.8 * runs);
}

TEST(Gate, SaysHowManyDrawingsWouldDecide) {
    Random random(4);
    std::vector<std::size_t> needed;
    for (int run = 0; run < 41; ++run)
        needed.push_back(watched(random, 0.12F, 0.06F, 6000).drawings);
    std::sort(needed.begin(), needed.end());
    const auto said = static_cast<double>(drawings_needed(0.06, 0.12));
    EXPECT_NEAR(static_cast<double>(needed[needed.size() / 2]) / said, 1, 0.35);
    // With 8 % disagreement two points take more than a fixed sample would (1,235 one-sided).
    EXPECT_GT(drawings_needed(0.02, 0.08), 1235U);
    EXPECT_LT(drawings_needed(0.02, 0.08), 4000U);
    EXPECT_GT(drawings_needed(0.02, 0.08, 5), drawings_needed(0.02, 0.08, 1));
    EXPECT_EQ(drawings_needed(0, 0.05), 0U);
    EXPECT_EQ(drawings_needed(0.06, 0.05), 0U);
}

TEST(Gate, AHandfulOfDrawingsNeverDecides) {
    for (std::size_t wins = 0; wins <= 7; ++wins)
        EXPECT_EQ(compare({100, wins, 0, 3}).verdict, Verdict::undecided) << wins;
    EXPECT_EQ(compare({100, 12, 0, 3}).verdict, Verdict::better);
    EXPECT_EQ(compare({100, 0, 12, 3}).verdict, Verdict::worse);
    EXPECT_EQ(compare({100, 12, 0, 3}, 20).verdict, Verdict::undecided);
    EXPECT_EQ(compare({}).verdict, Verdict::undecided);
}

TEST(Gate, SaysHowMuchBetterAndHowSurely) {
    const auto result = compare({900, 80, 20, 0});
    EXPECT_NEAR(result.difference, 0.06, 1e-12);
    EXPECT_GT(result.low, 0.0);
    EXPECT_LT(result.low, 0.06);
    EXPECT_GT(result.high, 0.06);
    EXPECT_EQ(result.verdict, Verdict::better);
    EXPECT_LT(compare({900, 80, 20, 0}, 4).low, result.low);
    EXPECT_EQ(compare({900, 30, 30, 40}).verdict, Verdict::undecided);
    EXPECT_EQ(compare({900, 30, 30, 40}).p_value, 1);
}

/// The verdict is what the interval says.
TEST(Gate, DecidesWhereTheIntervalLeavesZeroOut) {
    for (std::size_t wins = 0; wins <= 40; wins += 2)
        for (std::size_t losses = 0; losses <= 40; losses += 4) {
            const auto result = compare({50, wins, losses, 0}, 2);
            EXPECT_EQ(result.verdict == Verdict::better, result.low > 1e-9);
            EXPECT_EQ(result.verdict == Verdict::worse, result.high < -1e-9);
        }
}

TEST(Gate, IsUnevenWhereALabelIsWorseByMoreThanTheMargin) {
    const PairedAnswers won{10, 60, 0, 0};
    const auto verdict = [&](const PairedAnswers& circles) {
        return compare({{"circle", circles}, {"comb", won}}, {}).verdict;
    };
    EXPECT_EQ(verdict({5, 0, 0, 0}), Verdict::better);
    EXPECT_EQ(verdict({0, 0, 6, 0}), Verdict::uneven);
    EXPECT_EQ(verdict({14, 0, 6, 0}), Verdict::uneven);
    // Too few to tell from chance, then too little to matter: six drawings of 200 are 3 points.
    EXPECT_EQ(verdict({0, 0, 3, 0}), Verdict::better);
    EXPECT_EQ(verdict({194, 0, 6, 0}), Verdict::better);
    EXPECT_EQ(verdict({10, 8, 10, 0}), Verdict::better);
}

TEST(Gate, IsUnevenWhereALabelIsLost) {
    const std::map<std::string, PairedAnswers> labels{{"comb", {0, 30, 0, 0}},
                                                      {"ladder", {3, 30, 1, 0}}};
    const auto fine = compare(labels, {});
    EXPECT_EQ(fine.verdict, Verdict::better);
    EXPECT_EQ(fine.answers.all(), 64U);
    ASSERT_EQ(fine.labels.size(), 2U);
    EXPECT_EQ(fine.labels[0].label, "comb");
    EXPECT_EQ(fine.labels[0].difference, 1);
    EXPECT_NEAR(fine.labels[1].difference, 29.0 / 34, 1e-12);
    const auto loses = compare(labels, {"circle"});
    EXPECT_EQ(loses.verdict, Verdict::uneven);
    EXPECT_EQ(loses.lost, std::vector<std::string>{"circle"});
    // The test of the whole is what it was.
    EXPECT_EQ(loses.p_value, compare(fine.answers).p_value);
    EXPECT_EQ(loses.low, compare(fine.answers).low);
    EXPECT_EQ(compare({{"comb", {0, 2, 0, 0}}}, {"circle"}).verdict, Verdict::undecided);
    EXPECT_EQ(compare({{"comb", {0, 0, 30, 0}}}, {"circle"}).verdict, Verdict::worse);
}

/// A candidate that is as good on every label is seldom held back.
TEST(Gate, HoldsFewBackWhoseLabelsAreAsGood) {
    Random random(5);
    constexpr int runs = 400;
    int worse = 0;
    for (int run = 0; run < runs; ++run) {
        PairedAnswers answers;
        for (int i = 0; i < 40; ++i) judge(answers, random, 0.3F, 0);
        worse += compare({{"circle", answers}}, {}).labels.front().worse ? 1 : 0;
    }
    EXPECT_LE(worse, tolerated(0.05, runs));
}

}  // namespace
}  // namespace croquis::learning
