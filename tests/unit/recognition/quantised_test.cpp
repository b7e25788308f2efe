#include "recognition/quantised.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace croquis::recognition {
namespace {

using testing::Each;
using testing::ElementsAre;

TEST(Quantised, IsOffByHalfAStepAtMost) {
    std::minstd_rand random(3);
    std::normal_distribution<float> normal(0.1F, 2);
    std::vector<float> embedding(448);
    for (float& number : embedding) number = normal(random);
    const auto packed = quantised(embedding);
    std::vector<float> back(embedding.size());
    unpack(packed.scale, packed.numbers, back);
    for (std::size_t i = 0; i < back.size(); ++i)
        EXPECT_LE(std::abs(back[i] - embedding[i]), 0.5001F * packed.scale);
}

TEST(Quantised, UsesTheWholeRangeAndIsSymmetric) {
    const std::vector<float> embedding{2, -2, 1, 0};
    const auto packed = quantised(embedding);
    EXPECT_FLOAT_EQ(packed.scale, 2.0F / 127);
    EXPECT_THAT(packed.numbers, ElementsAre(127, -127, 64, 0));
}

TEST(Quantised, NothingStaysNothing) {
    const auto packed = quantised(std::vector<float>(5));
    EXPECT_EQ(packed.scale, 0);
    EXPECT_THAT(packed.numbers, Each(0));
    EXPECT_TRUE(quantised({}).numbers.empty());
}

}  // namespace
}  // namespace croquis::recognition
