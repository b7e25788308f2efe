#include "core/time.h"

#include <gtest/gtest.h>

namespace croquis {
namespace {

TEST(Rfc3339, WritesAndReadsTheSameMoment) {
    const auto time = from_rfc3339("2026-11-24T14:07:09.25Z");
    ASSERT_TRUE(time);
    EXPECT_EQ(to_rfc3339(*time), "2026-11-24T14:07:09.250000Z");
}

TEST(Rfc3339, AppliesTheOffset) {
    EXPECT_EQ(*from_rfc3339("2026-11-24T16:07:00+02:00"), *from_rfc3339("2026-11-24T14:07:00Z"));
}

TEST(Rfc3339, ReadsTheEdges) {
    EXPECT_EQ(to_rfc3339(*from_rfc3339("1969-12-31T23:59:59.999999Z")),
              "1969-12-31T23:59:59.999999Z");
    EXPECT_EQ(to_rfc3339(*from_rfc3339("2024-02-29T00:00:00-23:59")),
              "2024-02-29T23:59:00.000000Z");
    EXPECT_EQ(to_rfc3339(*from_rfc3339("9999-12-31T23:59:59Z")), "9999-12-31T23:59:59.000000Z");
    EXPECT_EQ(to_rfc3339(*from_rfc3339("0001-01-01t00:00:00z")), "0001-01-01T00:00:00.000000Z");
    EXPECT_EQ(to_rfc3339(*from_rfc3339("2016-12-31T23:59:60Z")), "2017-01-01T00:00:00.000000Z")
        << "a leap second is the next day's first";
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
    for (const char* text : {"",
                             "2026-11-24",
                             "2026-02-30T00:00:00Z",
                             "2026-11-24T24:00:00Z",
                             "2026-11-24T14:07:00",
                             "2026-11-24T14:07:00.Z",
                             "2026-11-24T14:07:00.1234567Z",
                             "-026-11-24T14:07:00Z",
                             "2026-11-24T14:07:00Zx",
                             "2026-13-01T00:00:00Z",
                             "2026-00-01T00:00:00Z",
                             "2026-11-00T00:00:00Z",
                             "2025-02-29T00:00:00Z",
                             "2026-11-24T14:60:00Z",
                             "2026-11-24T14:07:61Z",
                             "2026-11-24T14:07:00+24:00",
                             "2026-11-24T14:07:00+02:60",
                             "2026-11-24T14:07:00+0200",
                             "2026-11-24T14:07:00+-1:00",
                             "+026-11-24T14:07:00Z",
                             "2026-11-24T14:07:00.99999999999999999999999999Z"})
        EXPECT_TRUE(from_rfc3339(text).has_error()) << text;
}

}  // namespace
}  // namespace croquis
