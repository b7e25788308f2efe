#include "core/rested_by_key.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace croquis {
namespace {

using std::chrono::milliseconds;

/// Each answer takes a second of the clock, and says how many were made before it.
class RestedByKeyTest : public testing::Test {
  protected:
    int got(int key) {
        return rested_.get(key, [&] {
            now_ += milliseconds(1000);
            return made_++;
        });
    }

    RestedByKey<int, int>::Clock::time_point now_{};
    int made_ = 0;
    RestedByKey<int, int> rested_{milliseconds(20), 2, [this] { return now_; }};
};

TEST_F(RestedByKeyTest, EachKeyHasAnAnswerOfItsOwn) {
    EXPECT_EQ(got(7), 0);
    EXPECT_EQ(got(8), 1);
    EXPECT_EQ(got(7), 0);
    EXPECT_EQ(got(8), 1);
}

TEST_F(RestedByKeyTest, AnAnswerIsMadeAnewAfterItsRest) {
    EXPECT_EQ(got(7), 0);
    now_ += milliseconds(20'000);
    EXPECT_EQ(got(7), 1);
}

TEST_F(RestedByKeyTest, OneKeyMoreThanAreKeptLetsAllGo) {
    EXPECT_EQ(got(7), 0);
    EXPECT_EQ(got(8), 1);
    EXPECT_EQ(got(9), 2);
    EXPECT_EQ(got(7), 3);
    EXPECT_EQ(got(9), 2);
}

TEST_F(RestedByKeyTest, WhatThrowsIsThrown) {
    EXPECT_THROW((void)rested_.get(7, []() -> int { throw std::runtime_error("gone"); }),
                 std::runtime_error);
    EXPECT_EQ(got(7), 0);
}

}  // namespace
}  // namespace croquis
