#include "core/uuid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace croquis {
namespace {

TEST(Uuid, HasVersionSevenAndTheRfcVariant) {
    const std::string text = to_string(Uuid::v7());
    ASSERT_EQ(text.size(), 36u);
    EXPECT_EQ(text[14], '7');
    EXPECT_NE(std::string("89ab").find(text[19]), std::string::npos);
}

TEST(Uuid, ParsesWhatItPrints) {
    const Uuid id = Uuid::v7();
    EXPECT_EQ(*Uuid::parse(to_string(id)), id);
    for (const char* text :
         {"", "not-a-uuid", "0193579b-0000-7000-8000-00000000000",
          "0193579b00007000800000000000000000ab", "0193579b-0000-7000-8000-00000000000g"})
        EXPECT_TRUE(Uuid::parse(text).has_error()) << text;
}

TEST(Uuid, IsUniqueAndIncreasingAcrossThreads) {
    constexpr std::size_t each = 20'000;
    std::vector<std::vector<Uuid>> made(4);
    {
        std::vector<std::jthread> makers;
        for (auto& mine : made)
            makers.emplace_back([&mine] {
                for (std::size_t i = 0; i < each; ++i) mine.push_back(Uuid::v7());
            });
    }
    std::vector<Uuid> all;
    for (const auto& mine : made) {
        EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
        all.insert(all.end(), mine.begin(), mine.end());
    }
    std::sort(all.begin(), all.end());
    EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

}  // namespace
}  // namespace croquis
