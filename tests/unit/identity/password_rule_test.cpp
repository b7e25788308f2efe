#include "identity/password_rule.h"

#include <gtest/gtest.h>

namespace croquis::identity {
namespace {

testing::AssertionResult refused(const std::string& password, const std::string& name = "marie") {
    const auto prepared = prepare_password(password);
    const auto checked = prepared ? check_new_password(name, *prepared) : prepared.error();
    if (checked) return testing::AssertionFailure() << password << " was taken";
    if (checked.error().kind != ErrorKind::invalid || checked.error().field != "password")
        return testing::AssertionFailure() << checked.error().detail;
    return testing::AssertionSuccess();
}

bool taken(const std::string& password, const std::string& name = "marie") {
    return !refused(password, name);
}

std::string repeated(const std::string& text, std::size_t times) {
    std::string all;
    while (times-- > 0) all += text;
    return all;
}

TEST(ANewPassword, HasTwelveTo128Characters) {
    EXPECT_TRUE(refused(""));
    EXPECT_TRUE(refused("v7Qm-2Xv9Lp"));
    EXPECT_TRUE(taken("v7Qm-2Xv9Lp4"));
    std::string long_one = "v7Qm-2Xv9Lp4";
    for (int i = 0; long_one.size() < 128; ++i) long_one += std::to_string(i * 7919);
    EXPECT_TRUE(taken(long_one.substr(0, 128)));
    EXPECT_TRUE(refused(long_one.substr(0, 128) + "x"));
    // Characters, not bytes: each of these has two to four.
    EXPECT_TRUE(refused("été à la pl"));
    EXPECT_TRUE(taken("ünïcödé pässwörd"));
    EXPECT_TRUE(taken("Ключ-от-дома-7"));
    EXPECT_TRUE(taken("正確馬電池釘書針藍色河流"));
}

TEST(ANewPassword, IsNotOneThatManyHave) {
    for (const char* password :
         {"123456789012", "1234567890123456", "0987654321098", "password1234", "Password123!",
          "P@ssw0rd1234", "passwordpassword", "letmeinletmein", "iloveyou1234", "welcome12345",
          "changeme1234", "administrator", "football12345", "superman1234", "trustno1trustno1"})
        EXPECT_TRUE(refused(password));
    for (const char* french : {"motdepasse123", "azertyuiop12", "azertyuiop123", "bonjourbonjour",
                               "soleilsoleil", "jetaimejetaime", "doudoudoudou"})
        EXPECT_TRUE(refused(french));
}

TEST(ANewPassword, IsNoRepetitionNorSequenceNorRowOfKeys) {
    for (const std::string& password :
         {repeated("a", 12), repeated("a", 128), repeated(" ", 12), repeated("0", 20),
          repeated("ab", 8), repeated("abc", 4), repeated("é", 12), repeated("12", 6),
          std::string("abcdefghijkl"), std::string("zyxwvutsrqpon"), std::string("qwertyuiopas"),
          std::string("qwerty123456"), std::string("asdfghjklasdf"), std::string("123abc123abc")})
        EXPECT_TRUE(refused(password));
}

TEST(ANewPassword, IsNotTheName) {
    EXPECT_TRUE(refused("Marie.Dupont.1975", "marie.dupont.1975"));
    EXPECT_TRUE(refused("mariemariemarie"));
    EXPECT_TRUE(refused("marie1234567"));
    EXPECT_TRUE(refused("dupontdupont", "m.dupont@example.org"));
    EXPECT_TRUE(refused("croquis-croquis"));
}

TEST(ANewPassword, MayBeAnyOtherText) {
    for (const char* password :
         {"a long pass phrase", "correct horse battery staple", "battery horse correct",
          "le cheval mange une pomme", "xkcd-rules-ok", "  v7Qm-2Xv9Lp4  "})
        EXPECT_TRUE(taken(password)) << password;
}

TEST(APassword, IsTheSameComposedAndDecomposed) {
    const std::string composed = "\xC3\xA9t\xC3\xA9 \xEA\xB0\x80";
    const std::string decomposed = "e\xCC\x81te\xCC\x81 \xE1\x84\x80\xE1\x85\xA1";
    ASSERT_NE(composed, decomposed);
    EXPECT_EQ(prepare_password(composed).value(), composed);
    EXPECT_EQ(prepare_password("e\xCC\x81te\xCC\x81").value(), "\xC3\xA9t\xC3\xA9");
}

TEST(APassword, KeepsItsCaseAndItsBlanks) {
    EXPECT_EQ(prepare_password(" Ab  c ").value(), " Ab  c ");
    // A no-break space and an ideographic one are what some keyboards give for a space.
    EXPECT_EQ(prepare_password("a\xC2\xA0"
                               "b\xE3\x80\x80"
                               "c")
                  .value(),
              "a b c");
    // Compatibility forms stay what they are: the width of a letter tells passwords apart.
    EXPECT_EQ(prepare_password("\xEF\xBC\xA1").value(), "\xEF\xBC\xA1");
}

TEST(APassword, HasNoCharactersThatCannotBeSeen) {
    using namespace std::string_literals;
    for (const std::string& text : {"a\tb"s, "a\nb"s, "a\0b"s, "a\x7F"s, "\xC2\x80"s,
                                    "a\xE2\x80\x8B"s,   // zero width space
                                    "a\xE2\x80\x8D"s,   // joiner
                                    "a\xC2\xAD"s,       // soft hyphen
                                    "a\xEF\xBB\xBF"s,   // byte order mark
                                    "a\xE2\x80\xA8"s,   // line separator
                                    "a\xEE\x80\x80"s,   // private use
                                    "a\xEF\xBF\xBF"s,   // no character
                                    "a\xCD\xB8"s,       // unassigned
                                    "a\xE1\x84\x80"s})  // a lone letter of Old Hangul
        EXPECT_FALSE(prepare_password(text)) << testing::PrintToString(text);
    for (const std::string& text : {"\xFF"s, "\xC3"s, "\xC0\x80"s, "\xED\xA0\x80"s, ""s})
        EXPECT_FALSE(prepare_password(text)) << testing::PrintToString(text);
}

}  // namespace
}  // namespace croquis::identity
