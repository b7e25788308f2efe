#include "cli/listeners.h"

#include <gtest/gtest.h>

namespace croquis::cli {
namespace {

TEST(Url, OfAListenerIsOneThatThisMachineReaches) {
    EXPECT_EQ(local_url("127.0.0.1", 8000), "http://127.0.0.1:8000");
    EXPECT_EQ(local_url("0.0.0.0", 8000), "http://127.0.0.1:8000");
    EXPECT_EQ(local_url("::", 8000), "http://[::1]:8000");
    EXPECT_EQ(local_url("fd00::7", 8000), "http://[fd00::7]:8000");
    EXPECT_EQ(local_url("10.0.0.7", 8000), "http://10.0.0.7:8000");
}

TEST(Url, ForAPersonIsLocalhostWhereThatWillDo) {
    for (const char* address : {"127.0.0.1", "0.0.0.0", "::1", "::"})
        EXPECT_EQ(shown_url(address, 8501), "http://localhost:8501") << address;
    EXPECT_EQ(shown_url("10.0.0.7", 8501), "http://10.0.0.7:8501");
    EXPECT_EQ(shown_url("fd00::7", 8501), "http://[fd00::7]:8501");
}

}  // namespace
}  // namespace croquis::cli
