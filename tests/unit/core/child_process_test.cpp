#include "core/child_process.h"

#include <gtest/gtest.h>

#include <array>

namespace croquis {
namespace {

constexpr auto long_enough = std::chrono::seconds(20);

ChildProcess started(const ChildCommand& command) {
    auto child = ChildProcess::start(command);
    EXPECT_TRUE(child.has_value());
    return std::move(child.value());
}

TEST(ChildProcess, TakesAndGivesAndSaysHowItEnded) {
    auto child = started({{"sh", "-c", "tr a-z A-Z; echo wrong >&2; exit 7"}, {}, true, true});
    ASSERT_TRUE(child.write("hello", long_enough).has_value());
    child.close_input();
    std::array<char, 64> buffer{};
    EXPECT_EQ(child.read(buffer, long_enough).value(), "HELLO");
    EXPECT_EQ(child.read(buffer, long_enough).value(), "");
    EXPECT_EQ(child.wait(long_enough), 7);
    EXPECT_EQ(child.said(), "wrong");
}

TEST(ChildProcess, EndsWhereItIsAskedTo) {
    auto child = started({{"sh", "-c", "trap 'exit 3' TERM; echo up; while :; do sleep 0.01; done"},
                          {},
                          false,
                          true});
    std::array<char, 64> buffer{};
    EXPECT_EQ(child.read(buffer, long_enough).value(), "up\n");
    child.terminate();
    EXPECT_EQ(child.wait(long_enough), 3);
    child.terminate();  // of one that has ended, nothing
}

TEST(ChildProcess, HasTheVariablesItIsGivenInsteadOfThisPrograms) {
    auto child = started({{"sh", "-c", "printf %s \"$HOME\""}, {"HOME=/elsewhere"}, false, true});
    std::array<char, 64> buffer{};
    EXPECT_EQ(child.read(buffer, long_enough).value(), "/elsewhere");
    EXPECT_EQ(child.wait(long_enough), 0);
}

TEST(ChildProcess, IsNotWaitedForWithoutEnd) {
    auto child = started({{"sleep", "1000"}, {}, true, true});
    std::array<char, 64> buffer{};
    EXPECT_EQ(child.read(buffer, ChildProcess::Wait(10)).error().kind, ErrorKind::unavailable);
    EXPECT_FALSE(child.wait(ChildProcess::Wait(10)).has_value());
    const std::string much(4'000'000, 'x');
    EXPECT_EQ(child.write(much, ChildProcess::Wait(10)).error().kind, ErrorKind::unavailable);
}

TEST(ChildProcess, OneThatEndedTakesNothing) {
    auto child = started({{"true"}, {}, true, false});
    EXPECT_EQ(child.wait(long_enough), 0);
    EXPECT_FALSE(child.write("more", long_enough).has_value());
}

TEST(ChildProcess, SaysThatAProgramIsNotThere) {
    EXPECT_EQ(ChildProcess::start({{"croquis-no-such-program"}}).error().kind,
              ErrorKind::not_found);
}

}  // namespace
}  // namespace croquis
