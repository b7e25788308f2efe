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

TEST(Rfc3339, RefusesWhatIsNoTime) {
    for (const char* text :
         {"", "2026-11-24", "2026-02-30T00:00:00Z", "2026-11-24T24:00:00Z", "2026-11-24T14:07:00",
          "2026-11-24T14:07:00.Z", "2026-11-24T14:07:00.1234567Z", "-026-11-24T14:07:00Z",
          "2026-11-24T14:07:00Zx"})
        EXPECT_TRUE(from_rfc3339(text).has_error()) << text;
}

}  // namespace
}  // namespace croquis
