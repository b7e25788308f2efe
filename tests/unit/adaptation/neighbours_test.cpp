#include "learning/adaptation/neighbours.h"

#include <gtest/gtest.h>

#include <random>

namespace croquis::learning {
namespace {

using Row = std::vector<std::int8_t>;

TEST(Neighbours, AreComparedByTheirAngle) {
    PackedRows rows(2);
    for (const Row& row : {Row{100, 0}, Row{10, 1}, Row{0, 100}, Row{-100, 0}, Row{0, 0}})
        rows.add(row);
    EXPECT_NEAR(rows.similarity(0, 1), 0.99504, 1e-4);
    EXPECT_NEAR(rows.similarity(0, 2), 0, 1e-6);
    EXPECT_NEAR(rows.similarity(0, 3), -1, 1e-6);
    EXPECT_EQ(rows.similarity(0, 4), 0);
    const auto found = nearest(rows, 0, 3);
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].row, 1U);
    EXPECT_EQ(found[1].row, 2U);
    EXPECT_EQ(found[2].row, 4U);
    EXPECT_EQ(nearest(rows, 0, 100).size(), 4U);
}

/// Three clouds that hardly overlap, and answers of which some are wrong.
struct Clouds {
    PackedRows rows{16};
    std::vector<int> labels;
    std::vector<std::size_t> wrong;

    Clouds(std::size_t each, std::size_t one_wrong_in) {
        std::mt19937 random(7);
        std::normal_distribution<float> normal(0, 12);
        for (std::size_t i = 0; i < 3 * each; ++i) {
            Row row(16);
            for (std::size_t k = 0; k < 16; ++k)
                row[k] = static_cast<std::int8_t>((k % 3 == i % 3 ? 60 : 0) +
                                                  static_cast<int>(normal(random)));
            rows.add(row);
            const bool mistaken = one_wrong_in > 0 && i % one_wrong_in == 0;
            labels.push_back(static_cast<int>((i + (mistaken ? 1 : 0)) % 3));
            if (mistaken) wrong.push_back(i);
        }
    }
};

TEST(Suspects, AreTheMistakesThatWereMade) {
    const Clouds clouds(40, 20);
    const auto suspects = suspects_among(clouds.rows, clouds.labels, 3);
    ASSERT_EQ(suspects.size(), clouds.wrong.size());
    for (const auto& suspect : suspects) {
        EXPECT_NE(std::find(clouds.wrong.begin(), clouds.wrong.end(), suspect.row),
                  clouds.wrong.end());
        EXPECT_EQ(suspect.suggested, static_cast<int>(suspect.row % 3));
        EXPECT_GT(suspect.suggest, suspect.given);
    }
}

TEST(Suspects, AreNoneWhereNothingIsWrong) {
    const Clouds clouds(40, 0);
    EXPECT_TRUE(suspects_among(clouds.rows, clouds.labels, 3).empty());
}

TEST(Suspects, AreNotAmongLabelsWithFewerThanFiveExamples) {
    Clouds clouds(40, 0);
    for (const std::size_t i : {0U, 3U, 6U, 9U}) clouds.labels[i] = 3;
    EXPECT_TRUE(suspects_among(clouds.rows, clouds.labels, 4).empty());
    EXPECT_TRUE(suspects_among(PackedRows(16), {}, 0).empty());
}

}  // namespace
}  // namespace croquis::learning
