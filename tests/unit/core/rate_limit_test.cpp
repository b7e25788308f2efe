#include "core/rate_limit.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace croquis {
namespace {

TEST(RateLimiterTest, RemembersAsManyKeysAsItIsAllowed) {
    RateLimiter limiter(1, 100);
    const auto at = RateLimiter::Clock::now();
    for (int i = 0; i < 10'000; ++i) {
        EXPECT_TRUE(limiter.take("key " + std::to_string(i), at));
        limiter.charge("other " + std::to_string(i), 3, at);
    }
    EXPECT_EQ(limiter.keys(), 100u);
    EXPECT_FALSE(limiter.take("key 9999", at));
    EXPECT_TRUE(limiter.take("key 0", at));
}

TEST(RateLimiterTest, ChargesBeyondWhatIsLeftUpToAMeasure) {
    RateLimiter limiter(2);
    const auto at = RateLimiter::Clock::now();
    std::vector<int> over;
    for (int i = 0; i < 8; ++i) over.push_back(limiter.charge("key", 3, at));
    EXPECT_EQ(over, (std::vector{0, 0, 1, 2, 3, 3, 3, 3}));
    EXPECT_EQ(limiter.charge("key", 3, at + std::chrono::seconds(30 * 6)), 0);
}

TEST(ClientKeyTest, IsAnAddressOrAnIPv6Subscribers) {
    EXPECT_EQ(client_key("192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(client_key("::ffff:192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(client_key("2001:db8::1"), client_key("2001:db8::2"));
    EXPECT_NE(client_key("2001:db8::1"), client_key("2001:db8:0:1::1"));
    EXPECT_EQ(client_key("unix"), "unix");
}

}  // namespace
}  // namespace croquis
