#include "core/hash_set.h"

#include <gtest/gtest.h>

namespace croquis {
namespace {

TEST(HashSet, KnowsWhatWasAddedHoweverOftenItIsAsked) {
    HashSet set;
    EXPECT_FALSE(set.contains(0));
    constexpr std::uint64_t many = 20'000, spread = 0x9e3779b97f4a7c15U;
    for (std::uint64_t i = 0; i < many; ++i) {
        set.add(i * spread);
        if (i % 1000 == 0) {
            EXPECT_TRUE(set.contains(i * spread));
        }
    }
    for (std::uint64_t i = 0; i < many; ++i) ASSERT_TRUE(set.contains(i * spread)) << i;
    EXPECT_FALSE(set.contains(many * spread));
}

}  // namespace
}  // namespace croquis
