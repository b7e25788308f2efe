#include "core/bytes.h"

#include <gtest/gtest.h>

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
    for (const char* text : {"Zg", "Zg=", "Z g==", "Zg==\n", "Zg==Zg==", "Z-8=", "====", "Zh=="})
        EXPECT_EQ(from_base64(text).has_error(), true) << text;
}

TEST(Sha256, MatchesTheStandardsExample) {
    EXPECT_EQ(to_hex(sha256(as_bytes("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Hex, RefusesOddLengthsAndOtherLetters) {
    EXPECT_TRUE(from_hex("abc").has_error());
    EXPECT_TRUE(from_hex("zz").has_error());
    EXPECT_EQ(*from_hex("00fF"), (Bytes{0x00, 0xff}));
}

}  // namespace
}  // namespace croquis
