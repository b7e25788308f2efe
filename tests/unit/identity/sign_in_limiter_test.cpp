#include "identity/sign_in_limiter.h"

#include <gtest/gtest.h>

namespace croquis::identity {
namespace {

using Clock = SignInLimiter::Clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int per_minute = 10;
const std::string owner = "192.0.2.1";

/// A clock that only the test moves.
class SignInLimiterTest : public testing::Test {
  protected:
    auto take(const std::string& name, const std::string& client) {
        return limiter_.take(name, client, at_);
    }
    /// How many failed tries are let through at this moment.
    int failures(const std::string& name, const std::string& client, int most = 1000) {
        int count = 0;
        while (count < most && take(name, client)) ++count;
        return count;
    }
    /// A try that turns out right: how long it has to wait; nothing where it was refused.
    std::optional<Clock::duration> sign_in(const std::string& name, const std::string& client) {
        const auto wait = take(name, client);
        if (!wait) return std::nullopt;
        limiter_.give_back(name, client);
        return *wait;
    }

    Clock::time_point at_ = Clock::now();
    SignInLimiter limiter_{per_minute};
};

TEST_F(SignInLimiterTest, OneAddressFailsSoManyTimesAtAName) {
    EXPECT_EQ(failures("marie", owner), per_minute);
    const auto refused = take("marie", owner);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::rate_limited);
    EXPECT_EQ(refused.error().retry_after_s, 6);
    EXPECT_TRUE(sign_in("paul", owner));
    at_ += seconds(6) - milliseconds(1);
    EXPECT_FALSE(take("marie", owner));
    at_ += milliseconds(1);
    EXPECT_EQ(failures("marie", owner), 1);
    at_ += std::chrono::minutes(2);
    EXPECT_EQ(failures("marie", owner), per_minute);
}

TEST_F(SignInLimiterTest, OneAddressFailsSoManyTimesAtAllNames) {
    int passed = 0;
    for (int name = 0; name < 100; ++name)
        if (take("name" + std::to_string(name), owner)) ++passed;
    EXPECT_EQ(passed, per_minute * SignInLimiter::names_an_address);
    EXPECT_FALSE(take("marie", owner));
    EXPECT_TRUE(take("marie", "192.0.2.2"));
}

/// Three strangers, or three hundred, try wrong passwords all the time.
TEST_F(SignInLimiterTest, StrangersNeverKeepTheOwnerOfANameOut) {
    for (const int strangers : {3, 300}) {
        for (int round = 0; round < 30; ++round) {
            for (int i = 0; i < strangers; ++i)
                failures("marie",
                         "203.0." + std::to_string(i / 200) + "." + std::to_string(i % 200));
            const auto wait = sign_in("marie", owner);
            ASSERT_TRUE(wait) << strangers << " strangers, round " << round;
            EXPECT_LE(*wait, SignInLimiter::longest_wait);
            at_ += seconds(2);
        }
    }
}

TEST_F(SignInLimiterTest, TriesAtANameThatManyGuessAtWaitLongerAndLonger) {
    std::vector<milliseconds> waits;
    for (int i = 0; i < 40; ++i) {
        const auto wait = take("marie", "203.0.113." + std::to_string(i));
        ASSERT_TRUE(wait);
        waits.push_back(std::chrono::duration_cast<milliseconds>(*wait));
    }
    const auto free = static_cast<std::size_t>(per_minute * SignInLimiter::addresses_a_name);
    for (std::size_t i = 0; i < waits.size(); ++i)
        EXPECT_EQ(waits[i], std::min(SignInLimiter::longest_wait,
                                     SignInLimiter::wait_step *
                                         static_cast<int>(i < free ? 0 : i - free + 1)))
            << i;
    EXPECT_EQ(sign_in("paul", "203.0.113.1"), Clock::duration::zero());
    // A minute and a half later it is as if nothing had been.
    at_ += seconds(90);
    EXPECT_EQ(sign_in("marie", "203.0.113.99"), Clock::duration::zero());
}

TEST_F(SignInLimiterTest, WhatIsRightDoesNotCount) {
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(sign_in("marie", owner), Clock::duration::zero());
    EXPECT_EQ(failures("marie", owner), per_minute);
}

TEST_F(SignInLimiterTest, AnIPv6SubscriberIsOneAddress) {
    int passed = 0;
    for (int i = 0; i < 100; ++i)
        if (take("marie", "2001:db8::" + std::to_string(i))) ++passed;
    EXPECT_EQ(passed, per_minute);
    EXPECT_TRUE(take("marie", "2001:db8:0:1::1"));
}

TEST_F(SignInLimiterTest, ZeroLimitsNothing) {
    SignInLimiter none(0);
    for (int i = 0; i < 1000; ++i) {
        const auto wait = none.take("marie", owner, at_);
        ASSERT_TRUE(wait);
        EXPECT_EQ(*wait, Clock::duration::zero());
    }
}

}  // namespace
}  // namespace croquis::identity
