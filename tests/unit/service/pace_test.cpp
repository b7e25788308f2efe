#include "service/jobs/pace.h"

#include <gtest/gtest.h>

#include <vector>

namespace croquis::service {
namespace {

using std::chrono::milliseconds;

class PaceTest : public testing::Test {
  protected:
    Pace pace() {
        return Pace([this] { return served_; },
                    [this](Pace::Clock::duration time) {
                        rests_.push_back(time);
                        now_ += time;
                    },
                    [this] { return now_; });
    }

    std::uint64_t served_ = 7;
    std::vector<Pace::Clock::duration> rests_;
    Pace::Clock::time_point now_;
};

TEST_F(PaceTest, RestsThreeTimesAsLongAsAStepInWhichClientsWereServed) {
    auto pace = this->pace();
    now_ += milliseconds(20);
    ++served_;
    pace.end_step();
    now_ += milliseconds(10);
    ++served_;
    pace.end_step();
    EXPECT_EQ(rests_, (std::vector<Pace::Clock::duration>{milliseconds(60), milliseconds(30)}));
}

TEST_F(PaceTest, GoesOnAtOnceWhereNobodyIsServed) {
    auto pace = this->pace();
    now_ += milliseconds(20);
    pace.end_step();
    ++served_;
    now_ += milliseconds(20);
    pace.end_step();
    now_ += milliseconds(20);
    pace.end_step();
    EXPECT_EQ(rests_.size(), 1U);
}

TEST_F(PaceTest, GivesWayAfterAStepInWhichClientsWereServed) {
    auto pace = this->pace();
    EXPECT_FALSE(pace.gives_way());
    ++served_;
    pace.end_step();
    EXPECT_TRUE(pace.gives_way());
    pace.end_step();
    EXPECT_FALSE(pace.gives_way());
}

TEST_F(PaceTest, RestsABoundedTime) {
    auto pace = this->pace();
    now_ += std::chrono::minutes(1);
    ++served_;
    pace.end_step();
    EXPECT_EQ(rests_, (std::vector<Pace::Clock::duration>{Pace::longest}));
}

}  // namespace
}  // namespace croquis::service
