#include "learning/evaluation/learnt.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/bytes.h"
#include "support/temp_folder.h"

namespace croquis::learning {
namespace {

class LearntTest : public testing::Test {
  protected:
    std::filesystem::path write(const std::string& name, const std::string& text) {
        std::ofstream(scratch.path() / name, std::ios::binary) << text;
        return scratch.path() / name;
    }
    [[nodiscard]] Result<Learnt> by(const std::string& card) const {
        return learnt_by(card, scratch.path());
    }
    static std::string card_of(const std::string& list, const std::string& more = "") {
        return fmt::format(
            R"({{"training":{{"ids":2,"ids_file":"a.learnt.txt","ids_sha256":"{}"{}}}}})",
            to_hex(sha256(as_bytes(list))), more);
    }
    testing_support::TempFolder scratch;
};

using Names = std::set<std::string>;

TEST_F(LearntTest, IsInTheCardOrInTheListBesideIt) {
    const auto inside = by(R"({"calibration":{"ids":["1","2"]},"training":{"ids":["3"]}})");
    ASSERT_TRUE(inside);
    EXPECT_EQ(inside->drawings, (Names{"1", "2", "3"}));
    EXPECT_TRUE(inside->remark.empty());
    const std::string list = "omniglot:train:5\npicture:0123456789abcdef\n";
    write("a.learnt.txt", list);
    const auto listed = by(card_of(list));
    ASSERT_TRUE(listed) << listed.error().detail;
    EXPECT_EQ(listed->drawings, (Names{"omniglot:train:5", "picture:0123456789abcdef"}));
    EXPECT_TRUE(listed->remark.empty());
    const auto named = learnt_by_list(card_of(list), write("other.txt", list));
    ASSERT_TRUE(named);
    EXPECT_EQ(named->drawings, listed->drawings);
    // Such a card's own ids are what a registry has of it.
    EXPECT_EQ(*ids_in_card(card_of(list)), Names{});
}

TEST_F(LearntTest, IsRefusedWhereTheListIsMissingOrAnother) {
    const auto missing = by(card_of("1\n2\n"));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
    EXPECT_NE(missing.error().detail.find("a.learnt.txt"), std::string::npos);
    write("a.learnt.txt", "1\n");
    EXPECT_EQ(by(card_of("1\n2\n")).error().kind, ErrorKind::conflict);
    EXPECT_EQ(learnt_by_list(card_of("1\n2\n"), scratch.path() / "a.learnt.txt").error().kind,
              ErrorKind::conflict);
}

TEST_F(LearntTest, SaysWhatAnOlderListLacks) {
    write("a.learnt.txt", "1\n2\n");
    const auto older = by(card_of(
        "1\n2\n", R"(,"sources":{"a":{"learnt":2,"judged":9},"b":{"learnt":3,"judged":0}})"));
    ASSERT_TRUE(older);
    EXPECT_NE(older->remark.find("3 of 5 drawings that the model has learnt from are in no list"),
              std::string::npos)
        << older->remark;
}

TEST_F(LearntTest, CountsOneThatAnOlderListLacksAsOne) {
    write("a.learnt.txt", "1\n2\n");
    const auto older = by(card_of("1\n2\n", R"(,"sources":{"a":{"learnt":3,"judged":9}})"));
    ASSERT_TRUE(older);
    EXPECT_EQ(older->remark,
              "1 of 3 drawings that the model has learnt from is in no list: where the data holds "
              "it, it is measured too");
}

TEST_F(LearntTest, SaysWhereACardTellsNothing) {
    EXPECT_NE(by("{}")->remark.find("does not list"), std::string::npos);
    // One that learnt from sketches alone.
    const auto none = by(R"({"training":{"ids":0,"ids_file":"a.learnt.txt","ids_sha256":""}})");
    ASSERT_TRUE(none);
    EXPECT_TRUE(none->remark.empty() && none->drawings.empty());
    EXPECT_EQ(by("[").error().kind, ErrorKind::malformed);
    EXPECT_EQ(ids_in_card("1").error().kind, ErrorKind::malformed);
}

TEST_F(LearntTest, IsSaidInAReport) {
    EXPECT_EQ(said_of_learnt(0, 0, ""), "");
    EXPECT_EQ(said_of_learnt(5, 2, "Well."),
              "2 drawings are left out: the model has learnt from them\nWell.\n");
    EXPECT_EQ(said_of_learnt(5, 1, ""), "1 drawing is left out: the model has learnt from it\n");
}

}  // namespace
}  // namespace croquis::learning
