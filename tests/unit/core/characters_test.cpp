#include "core/characters.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace croquis {
namespace {

using namespace std::string_view_literals;

TEST(IsUtf8, TakesEveryCharacterAtTheEdgesOfItsForm) {
    for (const auto text : {""sv, "plain"sv, "\0"sv, "\x7f"sv, "\xc2\x80"sv, "\xdf\xbf"sv,
                            "\xe0\xa0\x80"sv, "\xed\x9f\xbf"sv, "\xee\x80\x80"sv, "\xef\xbf\xbf"sv,
                            "\xf0\x90\x80\x80"sv, "\xf4\x8f\xbf\xbf"sv, "a\xc3\xa9z"sv})
        EXPECT_TRUE(is_utf8(text)) << text;
}

TEST(IsUtf8, RefusesWhatStandsForNoCharacter) {
    for (const auto text : {"\xff"sv, "\x80"sv, "\xc3"sv, "a\xc3z"sv, "\xe2\x82"sv,
                            "\xc0\xaf"sv,               // overlong
                            "\xe0\x9f\xbf"sv,           // overlong
                            "\xf0\x8f\xbf\xbf"sv,       // overlong
                            "\xed\xa0\x80"sv,           // a surrogate
                            "\xf4\x90\x80\x80"sv,       // behind the last one
                            "\xf8\x88\x80\x80\x80"sv})  // five bytes
        EXPECT_FALSE(is_utf8(text)) << text;
}

TEST(ToUtf8, ReplacesWhatStandsForNoCharacterAndKeepsTheRest) {
    EXPECT_EQ(to_utf8(""), "");
    EXPECT_EQ(to_utf8("a\xc3\xa9z"), "a\xc3\xa9z");
    EXPECT_EQ(to_utf8("a\xffz\xc3"), "a\xef\xbf\xbdz\xef\xbf\xbd");
    EXPECT_TRUE(is_utf8(to_utf8("\xed\xa0\x80\xf4\x90\x80\x80")));
}

TEST(TruncateUtf8, EndsBetweenCharacters) {
    EXPECT_EQ(truncate_utf8("abc", 3), "abc");
    EXPECT_EQ(truncate_utf8("abcd", 3), "abc");
    EXPECT_EQ(truncate_utf8("abcd", 0), "");
    const auto mixed = "a\xc3\xa9\xf0\x9f\x8e\xa8"sv;  // one, two and four bytes
    EXPECT_EQ(truncate_utf8(mixed, 7), mixed);
    EXPECT_EQ(truncate_utf8(mixed, 6), "a\xc3\xa9");
    EXPECT_EQ(truncate_utf8(mixed, 3), "a\xc3\xa9");
    EXPECT_EQ(truncate_utf8(mixed, 2), "a");
    EXPECT_EQ(truncate_utf8("\xc3\xa9", 1), "");
}

TEST(LowerCase, KnowsLettersOfAsciiAlone) {
    EXPECT_EQ(lower_case("AZaz@[`{09"), "azaz@[`{09");
    EXPECT_EQ(lower_case("\xc3\x89TOILE"), "\xc3\x89toile") << "É";
}

TEST(IsControl, KnowsThoseOfAscii) {
    for (int c = 0; c < 256; ++c)
        EXPECT_EQ(is_control(static_cast<char>(c)), c < 0x20 || c == 0x7f) << c;
}

TEST(IsAscii, KnowsWhatHasNoHighBit) {
    EXPECT_TRUE(is_ascii("\x7f"));
    EXPECT_FALSE(is_ascii("a\x80"));
}

}  // namespace
}  // namespace croquis
