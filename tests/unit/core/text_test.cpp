#include "core/text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace croquis {
namespace {

/// Of memory that ends where the text does, so that a sanitizer sees who reads on.
bool equal(const std::string& a, const std::string& b) {
    const std::vector<char> left(a.begin(), a.end());
    const std::vector<char> right(b.begin(), b.end());
    return equal_ignoring_case({left.data(), left.size()}, {right.data(), right.size()});
}

TEST(EqualIgnoringCase, KnowsLettersOfAsciiAlone) {
    EXPECT_TRUE(equal("", ""));
    EXPECT_TRUE(equal("multipArt/form-data", "Multipart/Form-Data"));
    EXPECT_TRUE(equal("a", "A"));
    EXPECT_FALSE(equal("a", "b"));
    EXPECT_FALSE(equal("a", "ab"));
    EXPECT_FALSE(equal("@[", "`{")) << "32 apart, like a letter and its capital";
    EXPECT_FALSE(equal("\xc3\xa9", "\xc3\x89")) << "é and É";
}

}  // namespace
TEST(Text, CountsOneAsOne) {
    EXPECT_EQ(counted(1, "drawing was", "drawings were"), "1 drawing was");
    EXPECT_EQ(counted(0, "drawing was", "drawings were"), "0 drawings were");
    EXPECT_EQ(counted(1'157, "drawing", "drawings"), "1157 drawings");
}

}  // namespace croquis
