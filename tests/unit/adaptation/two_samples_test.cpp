#include "learning/adaptation/two_samples.h"

#include <gtest/gtest.h>

#include <cmath>

#include "learning/synthesis/random.h"

namespace croquis::learning {
namespace {

constexpr std::size_t sample_width = 8;

/// Rows around an axis, and `shifted` ones that lean towards another.
PackedRows rows_of(Random& random, int plain, int shifted, int lean) {
    PackedRows rows(sample_width);
    for (int i = 0; i < plain + shifted; ++i) {
        std::vector<std::int8_t> row(sample_width);
        for (auto& number : row) number = static_cast<std::int8_t>(random.integer(-30, 30));
        row[0] = static_cast<std::int8_t>(90 + random.integer(-20, 20));
        if (i >= plain) row[1] = static_cast<std::int8_t>(std::min(127, row[1] + lean));
        rows.add(row);
    }
    return rows;
}

TEST(TwoSamples, CallsOneKindOfDrawingsNoise) {
    Random random(3);
    int found = 0;
    constexpr int runs = 20;
    for (int run = 0; run < runs; ++run)
        found += compare_samples(rows_of(random, 40, 40, 0), 40).is_beyond_chance() ? 1 : 0;
    EXPECT_LE(found, 2);  // 0.2 are expected
}

TEST(TwoSamples, FindsAnotherKind) {
    Random random(4);
    const auto compared = compare_samples(rows_of(random, 60, 60, 40), 60);
    EXPECT_TRUE(compared.is_beyond_chance());
    EXPECT_EQ(compared.first, 60U);
    EXPECT_EQ(compared.second, 60U);
    EXPECT_GT(compared.distance, 0);
}

TEST(TwoSamples, LooksAtABoundedPartOfEach) {
    Random random(5);
    const auto compared = compare_samples(rows_of(random, 600, 300, 0), 600);
    EXPECT_EQ(compared.first, most_of_sample);
    EXPECT_EQ(compared.second, most_of_sample);
}

TEST(TwoSamples, SaysNothingOfAHandful) {
    Random random(6);
    EXPECT_EQ(compare_samples(rows_of(random, 9, 100, 60), 9).p_value, 1);
    EXPECT_EQ(compare_samples(PackedRows(sample_width), 0).p_value, 1);
}

TEST(Plane, KeepsApartWhatIsApart) {
    Random random(7);
    const auto points = on_plane(rows_of(random, 30, 30, 120));
    ASSERT_EQ(points.size(), 60U);
    float means[2] = {0, 0};
    for (std::size_t i = 0; i < points.size(); ++i) {
        EXPECT_LE(std::abs(points[i][0]), 1.0001F);
        EXPECT_LE(std::abs(points[i][1]), 1.0001F);
        means[i / 30] += points[i][0] / 30;
    }
    EXPECT_GT(std::abs(means[0] - means[1]), 0.5F);
    EXPECT_EQ(on_plane(PackedRows(sample_width)).size(), 0U);
}

}  // namespace
}  // namespace croquis::learning
