#include "core/uuid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace croquis {
namespace {

TEST(Uuid, HasVersionSevenAndTheRfcVariant) {
    const std::string text = to_string(Uuid::v7());
    ASSERT_EQ(text.size(), 36u);
    EXPECT_EQ(text[14], '7');
    EXPECT_NE(std::string("89ab").find(text[19]), std::string::npos);
}

TEST(Uuid, ParsesWhatItPrints) {
    const Uuid id = Uuid::v7();
    EXPECT_EQ(*Uuid::parse(to_string(id)), id);
    for (const char* text :
         {"", "not-a-uuid", "0193579b-0000-7000-8000-00000000000",
          "0193579b00007000800000000000000000ab", "0193579b-0000-7000-8000-00000000000g"})
        EXPECT_TRUE(Uuid::parse(text).has_error()) << text;
}

TEST(Uuid, IsUniqueAndIncreasingAcrossThreads) {
    constexpr std::size_t each = 20'000;
    std::vector<std::vector<Uuid>> made(4);
    {
        std::vector<std::jthread> makers;
        for (auto& mine : made)
            makers.emplace_back([&mine] {
                for (std::size_t i = 0; i < each; ++i) mine.push_back(Uuid::v7());
            });
    }
    std::vector<Uuid> all;
    for (const auto& mine : made) {
        EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
        all.insert(all.end(), mine.begin(), mine.end());
    }
    std::sort(all.begin(), all.end());
    EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

TEST(Uuid, SaysWhenItWasMadeInTheOrderOfTheIds) {
    const auto before = now();
    Uuid last = Uuid::v7();
    EXPECT_GE(time_of(last), before);
    for (int i = 0; i < 10'000; ++i) {
        const Uuid next = Uuid::v7();
        EXPECT_GT(next, last);
        EXPECT_GE(time_of(next), time_of(last));
        last = next;
    }
    EXPECT_LE(time_of(last), now() + std::chrono::milliseconds(10'000 / 4096 + 1));
}

TEST(Uuid, TimeIsReadToTheMicrosecond) {
    const auto id = Uuid::parse("0193579b-1234-7fff-8000-000000000000");
    ASSERT_TRUE(id);
    const auto millis = std::chrono::milliseconds(0x0193579b1234);
    EXPECT_EQ(time_of(*id), Timestamp(millis) + std::chrono::microseconds(1000));
}

/// A clock of its own, and what stands for ids made by it.
class Ticks : public testing::Test {
  protected:
    static constexpr auto ticks_per_second = std::uint64_t{4096} * 1000;
    std::uint64_t next() { return ticks_.next(clock_); }
    [[nodiscard]] double seconds_ahead(std::uint64_t tick) const {
        const auto millis =
            std::chrono::floor<std::chrono::milliseconds>(clock_).time_since_epoch().count();
        return (static_cast<double>(tick) - 4096.0 * static_cast<double>(millis)) /
               static_cast<double>(ticks_per_second);
    }

    Timestamp clock_ = *from_rfc3339("2026-11-25T10:00:00Z");
    UuidTicks ticks_;
};

TEST_F(Ticks, GoOnIncreasingThroughASmallStepBack) {
    const auto first = next();
    clock_ -= std::chrono::seconds(59);
    auto last = first;
    for (int i = 0; i < 1000; ++i) {
        const auto tick = next();
        EXPECT_EQ(tick, last + 1);
        last = tick;
    }
    clock_ += std::chrono::seconds(70);
    EXPECT_GT(next(), last);
    EXPECT_LT(seconds_ahead(next()), 0.001);
}

TEST_F(Ticks, FollowAClockThatWasSetBackFar) {
    for (const auto step : {std::chrono::minutes(2), std::chrono::minutes(11),
                            std::chrono::minutes(120), std::chrono::minutes(60 * 24 * 365)}) {
        next();
        clock_ -= step;
        const auto first = next();
        EXPECT_LT(seconds_ahead(first), 0.001) << step.count();
        EXPECT_GT(next(), first);
    }
}

TEST_F(Ticks, FollowAClockThatWasSetForwardAndCorrected) {
    next();
    clock_ += std::chrono::hours(2);
    next();
    clock_ -= std::chrono::hours(2);
    EXPECT_LT(seconds_ahead(next()), 0.001);
}

}  // namespace
}  // namespace croquis
