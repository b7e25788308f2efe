#include "service/drawings/source.h"

#include <gtest/gtest.h>

#include <string>

namespace croquis::service {
namespace {

TEST(Source, IsOneWordThatStartsWithALetterOrADigit) {
    for (const auto* word : {"page", "api", "import", "a", "7", "tablet-2", "a.b_c-", "0._-"})
        EXPECT_TRUE(is_source(word)) << word;
    for (const auto* word : {"", ".", "-", "_", ".hidden", "_own", "-v", "Page", "a b", "é", "a/b"})
        EXPECT_FALSE(is_source(word)) << word;
    EXPECT_TRUE(is_source(std::string(max_source_bytes, 'a')));
    EXPECT_FALSE(is_source(std::string(max_source_bytes + 1, 'a')));
}

}  // namespace
}  // namespace croquis::service
