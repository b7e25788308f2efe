#include "learning/evaluation/alpha.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace croquis::learning {
namespace {

/// A row for each person, a column for each unit; a dot is no answer.
std::vector<std::vector<int>> units_of(const std::vector<std::string>& people) {
    std::vector<std::vector<int>> units(people.front().size());
    for (const auto& answers : people)
        for (std::size_t unit = 0; unit < units.size(); ++unit)
            if (answers.at(unit) != '.') units[unit].push_back(answers[unit] - '0');
    return units;
}

TEST(Alpha, IsThatOfKrippendorffsExample) {
    const auto measured =
        nominal_alpha(units_of({"123321412...", "1233224125..", ".33323422513", "12332441251."}));
    EXPECT_NEAR(*measured.alpha, 0.743421, 5e-7);
    EXPECT_EQ(measured.answers, 40U);
    EXPECT_EQ(measured.units, 11U);
    EXPECT_LT(*measured.low, *measured.alpha);
    EXPECT_GT(*measured.high, *measured.alpha);
    EXPECT_LE(*measured.high, 1);
}

TEST(Alpha, IsThatOfFifteenUnitsWithManyGaps) {
    const auto measured =
        nominal_alpha(units_of({".....34121133.3", "1.213343.......", "..21344.21133.4"}));
    EXPECT_NEAR(*measured.alpha, 0.691358, 5e-7);
}

TEST(Alpha, IsBelowNothingWherePeopleAgreeLessThanByChance) {
    const auto many = [](std::size_t count, char answer) { return std::string(count, answer); };
    const auto measured = nominal_alpha(units_of({many(118, '1') + many(5, '1') + many(2, '2'),
                                                  many(118, '1') + many(5, '2') + many(2, '1')}));
    EXPECT_NEAR(*measured.alpha, -0.024691, 5e-7);
    EXPECT_NEAR(measured.agreed, 118.0 / 125, 1e-9);
}

TEST(Alpha, IsUndefinedWhereAllAnswersAreTheSame) {
    const auto measured = nominal_alpha(units_of({"11111111111", "11111111111"}));
    EXPECT_EQ(measured.units, 11U);
    EXPECT_EQ(measured.agreed, 1);
    EXPECT_FALSE(measured.alpha);
    EXPECT_FALSE(measured.low);
}

TEST(Alpha, SaysNothingOfUnitsThatOnePersonAnswered) {
    const auto measured = nominal_alpha(units_of({"12.", "..3"}));
    EXPECT_EQ(measured.units, 0U);
    EXPECT_EQ(measured.answers, 0U);
    EXPECT_FALSE(measured.alpha);
    EXPECT_FALSE(nominal_alpha({}).alpha);
    EXPECT_EQ(*nominal_alpha(units_of({"121", "121"})).alpha, 1);
    EXPECT_FALSE(nominal_alpha(units_of({"121", "121"})).low) << "too few for an interval";
}

/// Two people who give one of two labels, and differ on one unit in ten: alpha is 0.8, and what a
/// sample of 400 units says of it has a standard deviation of about 0.03.
TEST(Alpha, HasAnIntervalThatHoldsIt) {
    std::mt19937_64 random(7);
    int held = 0;
    double width = 0;
    for (int times = 0; times < 40; ++times) {
        std::vector<std::vector<int>> units;
        for (int i = 0; i < 400; ++i) {
            const int first = static_cast<int>(random() % 2);
            units.push_back({first, random() % 10 == 0 ? 1 - first : first});
        }
        const auto measured = nominal_alpha(units);
        held += *measured.low <= 0.8 && 0.8 <= *measured.high ? 1 : 0;
        width += (*measured.high - *measured.low) / 40;
    }
    EXPECT_GE(held, 35);
    EXPECT_NEAR(width, 0.118, 0.015);
}

}  // namespace
}  // namespace croquis::learning
