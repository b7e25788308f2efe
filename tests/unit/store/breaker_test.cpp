#include "store/breaker.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "store/write_probe.h"

namespace croquis::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Turn = Breaker::Turn;

TEST(Breaker, RefusesWhileTheDatabaseIsSilentButForOneNowAndThen) {
    Breaker breaker(seconds(1));
    auto time = Breaker::Clock::time_point(seconds(100));
    EXPECT_EQ(breaker.turn(time), Turn::go);
    breaker.silent(time);
    EXPECT_EQ(breaker.turn(time), Turn::refused);
    EXPECT_EQ(breaker.turn(time + milliseconds(999)), Turn::refused);
    time += seconds(1);
    EXPECT_EQ(breaker.turn(time), Turn::retry);
    EXPECT_EQ(breaker.turn(time), Turn::refused) << "one is enough";
    time += seconds(1);
    EXPECT_EQ(breaker.turn(time), Turn::retry) << "the one before has said nothing";
    breaker.silent(time + seconds(3));
    EXPECT_EQ(breaker.turn(time + seconds(3)), Turn::refused);
    breaker.answered();
    EXPECT_EQ(breaker.turn(time), Turn::go);
}

/// A probe with a clock of its own, whose writes come to what `next_` says.
class WriteProbeTest : public testing::Test {
  protected:
    WriteProbe::Clock::time_point time_{seconds(100)};
    Result<void> next_;
    int writes_ = 0;
    WriteProbe probe_{[this] {
                          ++writes_;
                          return next_;
                      },
                      [this] { return time_; }};
};

TEST_F(WriteProbeTest, WritesAtMostOnceInAFewSeconds) {
    EXPECT_TRUE(probe_.check());
    EXPECT_TRUE(probe_.check());
    EXPECT_EQ(writes_, 1);
    time_ += WriteProbe::good_for;
    next_ = database_error(Fault::disk_full);
    EXPECT_EQ(probe_.check().error().detail, next_.error().detail);
    EXPECT_TRUE(probe_.check().has_error());
    EXPECT_EQ(writes_, 2);
    time_ += WriteProbe::bad_for;
    next_ = {};
    EXPECT_TRUE(probe_.check());
    EXPECT_EQ(writes_, 3);
}

TEST_F(WriteProbeTest, LearnsFromTheWritesThatThereAre) {
    EXPECT_EQ(probe_.watch([] { return 7; }), 7);
    EXPECT_TRUE(probe_.check());
    EXPECT_EQ(writes_, 0);
    const auto fail_with = [&](Fault fault) {
        EXPECT_THROW(probe_.watch([&]() -> int { throw Failure(fault, "why"); }), Failure);
    };
    fail_with(Fault::clash);  // one submission's own fault
    EXPECT_TRUE(probe_.check());
    fail_with(Fault::disk_full);
    EXPECT_EQ(probe_.check().error().kind, ErrorKind::unavailable);
    EXPECT_EQ(writes_, 0);
    time_ += WriteProbe::bad_for;
    EXPECT_TRUE(probe_.check());
    EXPECT_EQ(writes_, 1);
}

TEST(Fault, EachHasItsWords) {
    std::set<std::string> details;
    int faults = 0;
    for (int fault = 0; fault <= static_cast<int>(Fault::ours); ++fault, ++faults)
        details.insert(database_error(static_cast<Fault>(fault)).detail);
    EXPECT_EQ(details.size(), static_cast<std::size_t>(faults));
    EXPECT_NE(database_error(Fault::disk_full).detail.find("full"), std::string::npos);
    EXPECT_NE(database_error(Fault::read_only).detail.find("read-only"), std::string::npos);
}

TEST(Fault, WhoRunsTheProgramReadsWhatIsWrongAndWhy) {
    const auto full = in_full(Failure(Fault::disk_full, "SQLite: database or disk is full (13)"));
    EXPECT_NE(full.find("disk is full:"), std::string::npos);
    EXPECT_NE(full.find("(13)"), std::string::npos);
    EXPECT_EQ(in_full(Failure(Fault::unreachable, "no such host")), "no such host");
}

}  // namespace
}  // namespace croquis::store
