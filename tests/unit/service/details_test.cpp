#include "service/drawings/details.h"

#include <gtest/gtest.h>

namespace croquis::service {
namespace {

TEST(BestOf, NamesTheMostProbableAtMostFive) {
    const std::vector<std::string> labels{"a", "b", "c", "d", "e", "f"};
    const auto top = best_of(labels, {0.1F, 0.3F, 0.05F, 0.25F, 0.2F, 0.1F});
    ASSERT_EQ(top.size(), 5u);
    EXPECT_EQ(top[0].tag, "b");
    EXPECT_EQ(top[1].tag, "d");
    EXPECT_EQ(top[2].tag, "e");
    EXPECT_TRUE(best_of(labels, {0.5F, 0.5F}).empty());
}

}  // namespace
}  // namespace croquis::service
