#include "core/rested.h"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <thread>

namespace croquis {
namespace {

using std::chrono::milliseconds;

/// Counts how often it was asked; each time takes `takes` of the clock.
class RestedTest : public testing::Test {
  protected:
    Rested<int>::Work work(milliseconds takes) {
        return [this, takes] {
            now_ += takes;
            return Result<int>(++asked_);
        };
    }
    int got(milliseconds takes) { return *rested_.get(work(takes)); }

    Rested<int>::Clock::time_point now_{};
    int asked_ = 0;
    Rested<int> rested_{[this] { return now_; }};
};

TEST_F(RestedTest, WhatIsQuickIsMadeEachTime) {
    EXPECT_EQ(got(milliseconds(20)), 1);
    EXPECT_EQ(got(milliseconds(20)), 2);
}

TEST_F(RestedTest, WhatIsQuickCanBeSaid) {
    Rested<int> patient([this] { return now_; }, milliseconds(100));
    EXPECT_EQ(*patient.get(work(milliseconds(100))), 1);
    EXPECT_EQ(*patient.get(work(milliseconds(101))), 2);
    EXPECT_EQ(*patient.get(work(milliseconds(101))), 2);
}

TEST_F(RestedTest, ASlowOneIsUsedForTwentyTimesAsLongAsItTook) {
    EXPECT_EQ(got(milliseconds(100)), 1);
    now_ += milliseconds(1999);
    EXPECT_EQ(got(milliseconds(100)), 1);
    now_ += milliseconds(1);
    EXPECT_EQ(got(milliseconds(100)), 2);
}

TEST_F(RestedTest, AfterAQuickOneThereIsNothingToUseAgain) {
    EXPECT_EQ(got(milliseconds(100)), 1);
    now_ += milliseconds(2000);
    EXPECT_EQ(got(milliseconds(1)), 2);
    EXPECT_EQ(got(milliseconds(1)), 3);
}

TEST_F(RestedTest, WhatThrowsIsThrownAndTheNextCallerWorks) {
    EXPECT_THROW((void)rested_.get([]() -> Result<int> { throw std::runtime_error("gone"); }),
                 std::runtime_error);
    EXPECT_EQ(got(milliseconds(100)), 1);
    now_ += milliseconds(2000);
    EXPECT_THROW((void)rested_.get([]() -> Result<int> { throw std::runtime_error("gone"); }),
                 std::runtime_error);
    EXPECT_EQ(got(milliseconds(100)), 2);
}

TEST_F(RestedTest, AnErrorIsNobodysButHisWhoAsked) {
    EXPECT_FALSE(rested_.get([&]() -> Result<int> {
        now_ += milliseconds(100);
        return Error{ErrorKind::unavailable, "It is out of order."};
    }));
    EXPECT_EQ(got(milliseconds(100)), 1);
}

TEST_F(RestedTest, WhileOneCallerWorksTheOthersGetTheLastOne) {
    EXPECT_EQ(got(milliseconds(100)), 1);
    now_ += milliseconds(2000);
    std::promise<void> begun;
    std::promise<void> go_on;
    std::thread counter([&] {
        (void)rested_.get([&] {
            begun.set_value();
            go_on.get_future().wait();
            return Result<int>(7);
        });
    });
    begun.get_future().wait();
    EXPECT_EQ(got(milliseconds(100)), 1);
    go_on.set_value();
    counter.join();
    EXPECT_EQ(got(milliseconds(0)), 2) << "the long one took no time of this clock";
}

}  // namespace
}  // namespace croquis
