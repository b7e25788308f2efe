#include "learning/adaptation/clusters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "learning/synthesis/random.h"

namespace croquis::learning {
namespace {

constexpr std::size_t width = 16;

/// `each` rows around each of `count` axes, one after the other.
PackedRows around_axes(std::size_t count, std::size_t each) {
    PackedRows rows(width);
    Random random(7);
    for (std::size_t i = 0; i < count * each; ++i) {
        std::vector<std::int8_t> row(width);
        for (auto& number : row) number = static_cast<std::int8_t>(random.integer(-12, 12));
        row[i / each] = static_cast<std::int8_t>(90 + random.integer(-20, 20));
        rows.add(row);
    }
    return rows;
}

TEST(Clusters, FindsWhatLiesTogether) {
    const auto rows = around_axes(5, 20);
    const auto clusters = clusters_of(rows, 5);
    ASSERT_EQ(clusters.size(), 5U);
    for (const auto& cluster : clusters) {
        EXPECT_EQ(cluster.size(), 20U);
        for (const auto row : cluster) EXPECT_EQ(row / 20, cluster.front() / 20);
    }
}

TEST(Clusters, HoldEachRowOnceLargestFirst) {
    const auto rows = around_axes(7, 9);
    const auto clusters = clusters_of(rows, 12);
    EXPECT_LE(clusters.size(), 12U);
    std::set<std::size_t> seen;
    std::size_t before = rows.size();
    for (const auto& cluster : clusters) {
        EXPECT_LE(cluster.size(), before);
        before = cluster.size();
        for (const auto row : cluster) EXPECT_TRUE(seen.insert(row).second);
    }
    EXPECT_EQ(seen.size(), rows.size());
}

TEST(Clusters, AreTheSameEachTime) {
    const auto rows = around_axes(6, 11);
    EXPECT_EQ(clusters_of(rows, 9, 3), clusters_of(rows, 9, 3));
}

TEST(Clusters, PutTheRowNearestToTheMiddleFirst) {
    PackedRows rows(2);
    const std::vector<std::vector<std::int8_t>> fan{{100, 60}, {100, 0}, {100, -60}};
    for (const auto& row : fan) rows.add(row);
    const auto clusters = clusters_of(rows, 1);
    ASSERT_EQ(clusters.size(), 1U);
    EXPECT_EQ(clusters.front().front(), 1U);
}

TEST(Clusters, AreNoMoreThanThereAreDifferentRows) {
    PackedRows rows(2);
    const std::vector<std::int8_t> a{100, 0};
    const std::vector<std::int8_t> b{0, 100};
    for (int i = 0; i < 10; ++i) rows.add(i % 2 == 0 ? a : b);
    EXPECT_EQ(clusters_of(rows, 8).size(), 2U);
    EXPECT_TRUE(clusters_of(PackedRows(2), 8).empty());
    EXPECT_TRUE(clusters_of(rows, 0).empty());
}

TEST(Clusters, TakeRowsOfZeros) {
    PackedRows rows(2);
    const std::vector<std::int8_t> nothing{0, 0};
    for (int i = 0; i < 3; ++i) rows.add(nothing);
    const auto clusters = clusters_of(rows, 2);
    std::size_t all = 0;
    for (const auto& cluster : clusters) all += cluster.size();
    EXPECT_EQ(all, 3U);
}

}  // namespace
}  // namespace croquis::learning
