#include "core/bytes.h"

#include <gtest/gtest.h>

#include <string>

#include "core/text.h"

namespace croquis {
namespace {

// The vectors of RFC 4648 section 10.
TEST(Base64, RoundTripsTheRfcVectors) {
    const std::pair<const char*, const char*> vectors[] = {
        {"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
        {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}};
    for (const auto& [plain, coded] : vectors) {
        EXPECT_EQ(to_base64(as_bytes(plain)), coded);
        const auto back = from_base64(coded);
        ASSERT_TRUE(back);
        EXPECT_EQ(as_text(*back), plain);
    }
}

TEST(Base64, RefusesWhatIsNotBase64) {
    for (const char* text :
         {"Z", "Zg", "Zg=", "Zg===", "Z g==", "Zg==\n", " Zg==", "Zg==Zg==", "Z-8=", "=",
          "====", "Zh==", "Zm9=", "Zg==Z", "data:image/png;base64,Zg==", "Zm\xc3\xa9v"}) {
        const auto refused = from_base64(text);
        ASSERT_TRUE(refused.has_error()) << text;
        EXPECT_EQ(refused.error().kind, ErrorKind::malformed) << text;
    }
    using namespace std::string_view_literals;
    EXPECT_TRUE(from_base64("Zm9v\0"sv).has_error());
    EXPECT_TRUE(from_base64("Zg\0="sv).has_error());
}

TEST(LooseBase64, ReadsWhatPeopleAndProgramsSend) {
    for (const char* text : {"Zm9vYg==", "Zm9vYg", "Zm9vYg=", "Zm9v\nYg==\n", "Zm9v\r\nYg==\r\n",
                             " Zm 9v\tYg = = ", "\f\nZ\nm\n9\nv\nY\ng\n"}) {
        const auto read = from_loose_base64(text);
        ASSERT_TRUE(read) << text;
        EXPECT_EQ(as_text(*read), "foob") << text;
    }
    const Bytes ends{0xfb, 0xff, 0xfe};
    for (const char* text : {"+//+", "-__-", "-_/+"}) EXPECT_EQ(*from_loose_base64(text), ends);
    EXPECT_EQ(*from_loose_base64(""), Bytes{});
    EXPECT_EQ(*from_loose_base64(" \n"), Bytes{});
}

TEST(LooseBase64, RefusesWhatIsNone) {
    using namespace std::string_view_literals;
    for (const auto text :
         {"Z"sv, "Zm9vY"sv, "="sv, "=="sv, "Zm9v="sv, "Zg==="sv, "Zg==Zg=="sv, "Zh"sv, "Zm9=v"sv,
          "Zm9v\0"sv, "Zm\xc3\xa9v"sv, "Zm\x0bv"sv, "Zm%3D"sv, "data:,Zg=="sv, "\xff_8"sv}) {
        const auto refused = from_loose_base64(text);
        ASSERT_TRUE(refused.has_error()) << text;
        EXPECT_EQ(refused.error().kind, ErrorKind::malformed) << text;
    }
}

TEST(Base64, RoundTripsEveryByteAtEveryLength) {
    for (std::size_t size = 0; size < 260; ++size) {
        Bytes data(size);
        for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::uint8_t>(255 - i + size);
        EXPECT_EQ(*from_base64(to_base64(data)), data);
        EXPECT_EQ(*from_base64url(to_base64url(data)), data);
        EXPECT_EQ(to_base64(data).size(), (size + 2) / 3 * 4);
    }
}

TEST(Base64Url, HasItsOwnLettersAndNoPadding) {
    EXPECT_EQ(to_base64url(Bytes{0xfb, 0xff}), "-_8");
    EXPECT_EQ(*from_base64url("-_8"), (Bytes{0xfb, 0xff}));
    for (const char* text : {"-_8=", "+/8", "-", "-_9", "-_8\n", "-_ 8", "\xff_8"})
        EXPECT_TRUE(from_base64url(text).has_error()) << text;
}

TEST(Sha256, MatchesTheStandardsExample) {
    EXPECT_EQ(to_hex(sha256(as_bytes("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Hex, RefusesOddLengthsAndOtherLetters) {
    EXPECT_TRUE(from_hex("abc").has_error());
    EXPECT_TRUE(from_hex("zz").has_error());
    EXPECT_TRUE(from_hex("0x").has_error());
    EXPECT_TRUE(from_hex("00 1").has_error());
    EXPECT_TRUE(from_hex(std::string_view("00\0\0", 4)).has_error());
    EXPECT_EQ(*from_hex(""), Bytes{});
    EXPECT_EQ(*from_hex("00fF"), (Bytes{0x00, 0xff}));
}

}  // namespace
}  // namespace croquis
