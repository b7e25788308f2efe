#include "learning/adaptation/reference.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "learning/evaluation/drift.h"

namespace croquis::learning {
namespace {

constexpr std::size_t numbers_in_row = 16;

/// Rows whose numbers differ in place and spread; `moved` puts all elsewhere, `wider` spreads them.
std::vector<float> rows_of(std::size_t count, unsigned seed, float moved = 0, float wider = 1) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> rows;
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t k = 0; k < numbers_in_row; ++k) {
            const auto scale = static_cast<float>(k + 1);
            rows.push_back(scale * (10 + moved + wider * normal(random)));
        }
    return rows;
}

bool changed(const EmbeddingReference& reference, const std::vector<float>& rows) {
    return drift_between(reference.counts, counts_by(reference, rows)).is_beyond_chance();
}

TEST(EmbeddingReference, HoldsTenthsOfTheExamples) {
    const auto reference = embedding_reference(rows_of(200, 1), numbers_in_row);
    EXPECT_EQ(reference.mean.size(), numbers_in_row);
    EXPECT_EQ(reference.edges.size(), 9U);
    EXPECT_TRUE(std::is_sorted(reference.edges.begin(), reference.edges.end()));
    for (const auto count : reference.counts) EXPECT_EQ(count, 20U);
    EXPECT_NEAR(reference.spread[3], 4, 1);
}

TEST(EmbeddingReference, TellsDrawingsThatLookOtherwiseFromNoise) {
    int noise = 0;
    for (unsigned seed = 0; seed < 40; ++seed) {
        const auto few = embedding_reference(rows_of(100, 2 * seed), numbers_in_row);
        noise += changed(few, rows_of(150, 2 * seed + 1)) ? 1 : 0;
        const auto many = embedding_reference(rows_of(300, 2 * seed), numbers_in_row);
        EXPECT_TRUE(changed(many, rows_of(150, 2 * seed + 1, 0.7F)));
        EXPECT_TRUE(changed(many, rows_of(150, 2 * seed + 1, 0, 1.5F)));
    }
    EXPECT_LE(noise, 7);
}

TEST(EmbeddingReference, IsEmptyOfFew) {
    const auto reference = embedding_reference(rows_of(99, 1), numbers_in_row);
    EXPECT_TRUE(reference.mean.empty() && reference.counts.empty());
    EXPECT_FALSE(changed(reference, rows_of(150, 2, 100)));
}

TEST(EmbeddingReference, TakesNumbersThatNeverDiffer) {
    std::vector<float> rows(120 * numbers_in_row, 1.0F);
    const auto reference = embedding_reference(rows, numbers_in_row);
    const auto counts = counts_by(reference, rows);
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::size_t{0}), 120U);
    EXPECT_TRUE(counts_by(reference, {}).back() == 0);
}

}  // namespace
}  // namespace croquis::learning
