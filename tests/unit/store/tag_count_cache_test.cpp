#include "store/tag_count_cache.h"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <thread>

namespace croquis::store {
namespace {

using std::chrono::milliseconds;

/// Counts how often it was asked; each count takes `takes` of the clock.
class TagCounts : public testing::Test {
  protected:
    TagCountCache::Count count(milliseconds takes) {
        return [this, takes] {
            now_ += takes;
            return std::vector<TagCount>{{"star", ++asked_}};
        };
    }
    std::int64_t got(milliseconds takes) { return cache_.get(count(takes)).at(0).drawings; }

    TagCountCache::Clock::time_point now_{};
    int asked_ = 0;
    TagCountCache cache_{[this] { return now_; }};
};

TEST_F(TagCounts, AQuickCountIsMadeEachTime) {
    EXPECT_EQ(got(milliseconds(20)), 1);
    EXPECT_EQ(got(milliseconds(20)), 2);
}

TEST_F(TagCounts, ASlowOneIsUsedForTwentyTimesAsLongAsItTook) {
    EXPECT_EQ(got(milliseconds(100)), 1);
    now_ += milliseconds(1999);
    EXPECT_EQ(got(milliseconds(100)), 1);
    now_ += milliseconds(1);
    EXPECT_EQ(got(milliseconds(100)), 2);
}

TEST_F(TagCounts, AfterAQuickOneThereIsNothingToUseAgain) {
    EXPECT_EQ(got(milliseconds(100)), 1);
    now_ += milliseconds(2000);
    EXPECT_EQ(got(milliseconds(1)), 2);
    EXPECT_EQ(got(milliseconds(1)), 3);
}

TEST_F(TagCounts, OneThatFailsIsThrownAndTheNextCallerCounts) {
    EXPECT_THROW(cache_.get([]() -> std::vector<TagCount> { throw std::runtime_error("gone"); }),
                 std::runtime_error);
    EXPECT_EQ(got(milliseconds(100)), 1);
    now_ += milliseconds(2000);
    EXPECT_THROW(cache_.get([]() -> std::vector<TagCount> { throw std::runtime_error("gone"); }),
                 std::runtime_error);
    EXPECT_EQ(got(milliseconds(100)), 2);
}

TEST_F(TagCounts, WhileOneCallerCountsTheOthersGetTheLastCount) {
    EXPECT_EQ(got(milliseconds(100)), 1);
    now_ += milliseconds(2000);
    std::promise<void> begun;
    std::promise<void> go_on;
    std::thread counter([&] {
        cache_.get([&] {
            begun.set_value();
            go_on.get_future().wait();
            return std::vector<TagCount>{{"star", 7}};
        });
    });
    begun.get_future().wait();
    EXPECT_EQ(got(milliseconds(100)), 1);
    go_on.set_value();
    counter.join();
    EXPECT_EQ(got(milliseconds(0)), 2) << "the long one took no time of this clock";
}

TEST(TagCountsOfProjects, AreApart) {
    TagCountCaches caches;
    const auto of = [&](int project, const char* tag) {
        return caches.get(project, [&] { return std::vector<TagCount>{{tag, 1}}; }).at(0).tag;
    };
    EXPECT_EQ(of(1, "star"), "star");
    EXPECT_EQ(of(2, "wren"), "wren");
}

}  // namespace
}  // namespace croquis::store
