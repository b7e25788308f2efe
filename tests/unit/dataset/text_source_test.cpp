#include "learning/dataset/text_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <sstream>
#include <string>

#include "learning/dataset/open_tree.h"
#include "support/temp_folder.h"
#include "unit/dataset/archives.h"
#include "unit/dataset/held_text.h"

namespace croquis::dataset {
namespace {

std::string all_of(const TextSource& source) {
    return read_through(source,
                        [](std::istream& in) -> Result<std::string> {
                            return std::string(std::istreambuf_iterator<char>(in), {});
                        })
        .value();
}

/// Of text that is below U+10000 but for what is written as '#': a character beyond.
std::string utf16(const std::string& text) {
    std::string bytes;
    for (const char c : text)
        bytes += c == '#' ? std::string("\x3d\xd8\x00\xde", 4) : std::string{c, '\0'};
    return bytes;
}

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

TEST(TextSource, IsUtf8WhicheverFormTheMarkSays) {
    EXPECT_EQ(all_of(as_utf8(held_text("")).value()), "");
    EXPECT_EQ(all_of(as_utf8(held_text("a")).value()), "a");
    EXPECT_EQ(all_of(as_utf8(held_text("\xc3\xa9")).value()), "\xc3\xa9");
    EXPECT_EQ(all_of(as_utf8(held_text("\xff\xfe" + utf16("ab,c\r\n"))).value()), "ab,c\r\n");
    EXPECT_EQ(all_of(as_utf8(held_text(std::string("\xfe\xff\0a", 4))).value()), "a");
    // Pairs of surrogates lie across the ends of the parts that are read.
    for (const std::string before : {"", "a"}) {
        const auto text = before + repeated("#", 100'000);
        EXPECT_EQ(all_of(as_utf8(held_text("\xff\xfe" + utf16(text))).value()),
                  before + repeated("\xf0\x9f\x98\x80", 100'000));
    }
}

TEST(TextSource, IsNotUtf16WhereACharacterIsCutOrWrong) {
    for (const auto& wrong : {std::string("\xff\xfe"
                                          "ab"
                                          "c"),
                              std::string("\xff\xfe\x3d\xd8"),
                              "\xff\xfe" + utf16(repeated("a", 100'000)) + "\x3d\xd8" + "a"})
        EXPECT_EQ(as_utf8(held_text(wrong)).error().detail,
                  "The text is not UTF-16, as it claims to be.");
}

TEST(TextSource, OfAnArchiveIsReadOnceAndKeptPacked) {
    const testing_support::TempFolder folder;
    const auto text = repeated("circle/1.png,circle\n", 100'000);
    make_zip(folder.path() / "x.zip", {{"labels.csv", text, true}});
    const auto tree = open_tree(folder.path() / "x.zip").value();
    const auto cursor = tree->open().value();
    EXPECT_EQ(cursor->next().value()->path, "labels.csv");
    const auto packed = packed_text(*cursor, "labels.csv", text.size()).value();
    EXPECT_EQ(all_of(packed), text);
    EXPECT_EQ(all_of(packed), text);
    const auto again = tree->open().value();
    EXPECT_TRUE(again->next().value());
    EXPECT_EQ(packed_text(*again, "labels.csv", text.size() - 1).error().kind,
              ErrorKind::too_large);
}

TEST(TextSource, ThatCannotBeReadToItsEndIsAnError) {
    const TextSource broken{"x.csv", [] {
                                auto in = std::make_unique<std::istringstream>("a,b\n");
                                in->setstate(std::ios::badbit);
                                return Result<std::unique_ptr<std::istream>>(std::move(in));
                            }};
    const auto rows = read_rows(broken, [](CsvReader&) { return Result<int>(1); });
    EXPECT_EQ(rows.error().detail, "x.csv cannot be read.");
    EXPECT_EQ(file_text("/nowhere", "x").open().error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace croquis::dataset
