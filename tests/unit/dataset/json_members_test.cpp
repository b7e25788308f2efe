#include "learning/dataset/json_members.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <istream>
#include <string>
#include <vector>

#include "unit/dataset/held_text.h"

namespace croquis::dataset {
namespace {

namespace json = boost::json;
using testing::ElementsAre;

std::vector<std::string> elements(const JsonMembers& members, std::string_view member) {
    std::vector<std::string> all;
    const auto read = members.each(
        member, [&](const json::value& each) { all.push_back(json::serialize(each)); });
    if (!read) all.push_back(read.error().detail);
    return all;
}

TEST(JsonMembers, AreReadOneByOneInAnyOrder) {
    const auto members = JsonMembers::of(
        held_text(
            "\xef\xbb\xbf \n{\"other\":{\"list\":[9]},\"list\":[1,\"a\\u00e9\",[2,[]],{},{\"b\":"
            "{\"list\":[3]}},null,true,-1.5e3,18446744073709551615],\"text\":\"t\","
            "\"object\":{\"a\":[1,{\"b\":\"c\"}]},\"empty\":[]}\r\n "),
        {"list", "text", "object", "empty", "none"});
    ASSERT_TRUE(members) << members.error().detail;
    EXPECT_THAT(elements(*members, "list"),
                ElementsAre("1", "\"a\xc3\xa9\"", "[2,[]]", "{}", R"({"b":{"list":[3]}})", "null",
                            "true", "-1.5E3", "18446744073709551615"));
    EXPECT_THAT(elements(*members, "empty"), ElementsAre());
    EXPECT_THAT(elements(*members, "none"), ElementsAre());
    EXPECT_THAT(elements(*members, "object"), ElementsAre());
    EXPECT_TRUE(members->has_list("list"));
    EXPECT_FALSE(members->has_list("object"));
    EXPECT_TRUE(members->has_object("object"));
    EXPECT_FALSE(members->has_list("other"));  // was not asked for
    EXPECT_EQ(members->read("text").value(), json::value("t"));
    EXPECT_EQ(json::serialize(members->read("object").value()), R"({"a":[1,{"b":"c"}]})");
    EXPECT_EQ(members->read("none").value(), json::value());
}

TEST(JsonMembers, OfOneNameTheLastCounts) {
    const auto members =
        JsonMembers::of(held_text(R"({"a":[1],"b":[2],"a":[3],"b":4})"), {"a", "b"});
    EXPECT_THAT(elements(members.value(), "a"), ElementsAre("3"));
    EXPECT_FALSE(members->has_list("b"));
}

TEST(JsonMembers, AreRefusedInTheWordsForAWholeText) {
    std::string deep;
    for (int i = 0; i < 33; ++i) deep += R"({"a":)";
    for (const std::string& text :
         {std::string(), std::string("{"), std::string(R"({"a":[1,]})"), std::string(R"({"a":1}x)"),
          std::string(R"({"a":1} )") + std::string(70'000, ' ') + "{",
          std::string("{\"a\":\"\x01\"}"), std::string("{\"a\":\"\xff\"}"), deep,
          std::string(R"({"a":tru})"), std::string(R"({"a":[1],"b":)")}) {
        json::error_code failed;
        (void)json::parse(text, failed);
        ASSERT_TRUE(failed);
        EXPECT_EQ(JsonMembers::of(held_text(text), {"a"}).error().detail,
                  fmt::format("It is not JSON: {}.", failed.message()));
    }
    EXPECT_EQ(JsonMembers::of(held_text("[1]"), {"a"}).error().detail, "It is not a JSON object.");
}

TEST(JsonMembers, AreWholeWhereverAPartEnds) {
    const std::string value =
        R"({"key":"a text \u00e9\ud83d\ude00\n","number":-12.75e-2,"list":[123456,true,null]})";
    for (std::size_t before = 65'536 - value.size() - 20; before <= 65'536; ++before) {
        const auto text = std::string(before, ' ') + R"({"list":[)" + value + "]}";
        const auto members = JsonMembers::of(held_text(text), {"list"});
        ASSERT_TRUE(members);
        ASSERT_THAT(elements(*members, "list"), ElementsAre(json::serialize(json::parse(value))));
    }
}

/// Tells how far it was read.
class CountedText final : private std::streambuf, public std::istream {
  public:
    CountedText(std::string text, std::size_t& read)
        : std::istream(static_cast<std::streambuf*>(this)), text_(std::move(text)), read_(read) {
        read_ = 0;
    }

  private:
    std::streamsize xsgetn(char* into, std::streamsize most) override {
        const auto count = text_.copy(into, static_cast<std::size_t>(most), read_);
        read_ += count;
        return static_cast<std::streamsize>(count);
    }
    std::streambuf::int_type underflow() override {
        if (read_ == text_.size()) return std::streambuf::traits_type::eof();
        return std::streambuf::traits_type::to_int_type(text_[read_]);
    }
    std::streambuf::int_type uflow() override {
        const auto next = underflow();
        ++read_;
        return next;
    }

    std::string text_;
    std::size_t& read_;
};

TEST(JsonMembers, AreGivenBeforeWhatIsBehindThemIsRead) {
    std::string text = R"({"images":[)";
    std::vector<std::size_t> ends;
    for (int i = 0; i < 50'000; ++i) {
        text += fmt::format("{}{{\"id\":{}}}", i == 0 ? "" : ",", i);
        ends.push_back(text.size());
    }
    text += "]}";
    std::size_t read = 0;
    const auto members = JsonMembers::of({"x.json",
                                          [&] {
                                              return Result<std::unique_ptr<std::istream>>(
                                                  std::make_unique<CountedText>(text, read));
                                          }},
                                         {"images"});
    ASSERT_TRUE(members);
    std::size_t seen = 0;
    const auto given = members->each("images", [&](const json::value& image) {
        ASSERT_EQ(image.at("id").to_number<std::size_t>(), seen);
        ASSERT_LE(read, ends[seen++] + (std::size_t{64} << 10U));
    });
    EXPECT_TRUE(given);
    EXPECT_EQ(seen, ends.size());
}

}  // namespace
}  // namespace croquis::dataset
