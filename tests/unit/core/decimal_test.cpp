#include "core/decimal.h"

#include <gtest/gtest.h>

#include <limits>

namespace croquis {
namespace {

TEST(ShortestDecimal, IsTheNumberThatOneWouldWrite) {
    EXPECT_EQ(shortest_decimal(0.35F), 0.35);
    EXPECT_EQ(shortest_decimal(-2.5F), -2.5);
    EXPECT_EQ(shortest_decimal(0), 0);
    EXPECT_EQ(shortest_decimal(0.48571765F), 0.48571765);
    EXPECT_EQ(shortest_decimal(std::numeric_limits<float>::max()), 3.4028235e38);
    EXPECT_EQ(shortest_decimal(std::numeric_limits<float>::denorm_min()), 1e-45);
}

}  // namespace
}  // namespace croquis
