#include "learning/adaptation/duplicates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace croquis::learning {
namespace {

using Row = std::vector<std::int8_t>;
using testing::ElementsAre;
using testing::IsEmpty;

PackedRows rows_of(const std::vector<Row>& all) {
    PackedRows rows(2);
    for (const auto& row : all) rows.add(row);
    return rows;
}

std::vector<std::vector<std::size_t>> places(const std::vector<NearlySame>& groups) {
    std::vector<std::vector<std::size_t>> all;
    for (const auto& [first, others] : groups) {
        all.push_back({first});
        for (const auto& other : others) all.back().push_back(other.row);
    }
    return all;
}

TEST(NearlySame, AreGroupedAroundTheFirstTheMostSimilarFirst) {
    const auto rows = rows_of({{100, 0}, {0, 100}, {100, 10}, {0, 50}, {50, 1}, {-100, 0}});
    const auto groups = nearly_same(rows, 0.99F);
    EXPECT_THAT(places(groups), ElementsAre(ElementsAre(0, 4, 2), ElementsAre(1, 3)));
    EXPECT_NEAR(groups[0].others[1].similarity, 0.99504, 1e-4);
    EXPECT_NEAR(groups[1].others[0].similarity, 1, 1e-6);
}

TEST(NearlySame, AreNotByWayOfAThird) {
    // Each 7 degrees from the next: 0.9925, and 0.9703 from the one after that.
    const auto rows = rows_of({{127, 0}, {126, 15}, {123, 31}, {118, 46}});
    EXPECT_THAT(places(nearly_same(rows, 0.99F)),
                ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3)));
}

TEST(NearlySame, AreConfirmedByWhoeverLooksCloser) {
    const auto rows = rows_of({{100, 0}, {100, 1}, {100, 2}, {0, 0}, {0, 0}});
    std::vector<std::pair<std::size_t, std::size_t>> asked;
    const auto groups = nearly_same(rows, 0.9F, [&](std::size_t first, const Neighbour& other) {
        asked.emplace_back(first, other.row);
        return other.row == 2;
    });
    EXPECT_THAT(places(groups), ElementsAre(ElementsAre(0, 2)));
    EXPECT_THAT(asked, ElementsAre(testing::Pair(0, 1), testing::Pair(0, 2)));
    EXPECT_THAT(nearly_same(PackedRows(2), 0.9F), IsEmpty());
}

/// How alike pictures of a bar are whose ink begins in these columns and is so wide.
float alike(std::size_t a, std::size_t a_width, std::size_t b, std::size_t b_width) {
    PackedRows rows(blurred_size);
    for (const auto& [from, wide] : {std::pair(a, a_width), std::pair(b, b_width)}) {
        drawing::ModelInput input{};
        for (std::size_t y = 8; y < 40; ++y)
            for (std::size_t x = from; x < from + wide; ++x)
                input[y * drawing::model_side + x] = 255;
        rows.add(blurred(input));
    }
    return rows.similarity(0, 1);
}

TEST(Blurred, IsHardlyOtherWithAnotherPenAndIsOtherElsewhere) {
    EXPECT_NEAR(alike(20, 3, 20, 3), 1, 1e-6);
    EXPECT_GT(alike(20, 3, 20, 2), 0.95F);
    EXPECT_GT(alike(20, 3, 21, 3), 0.9F);
    EXPECT_LT(alike(20, 3, 25, 3), 0.5F);
    EXPECT_NEAR(alike(5, 3, 30, 3), 0, 1e-6);
}

}  // namespace
}  // namespace croquis::learning
