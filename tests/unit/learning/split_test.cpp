#include "learning/split.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace croquis::learning {
namespace {

std::vector<Drawn> drawings(const std::vector<std::string>& words) {
    std::vector<Drawn> list;
    for (const auto& word : words) list.push_back({"", word, {}});
    return list;
}

TEST(Split, DealsOutShapesLabelByLabel) {
    const auto judges =
        dealt_out(drawings({"circle", "star", "circle", "circle", "star", "circle", "star"}), 2);
    EXPECT_EQ(judges, (std::vector<std::size_t>{0, 0, 1, 0, 1, 1, 0}));
}

TEST(Split, WhoeverJudgesAKindHasSeenNoneOfIt) {
    const auto list =
        drawings({"cat", "star", "key", "cat", "fish", "key", "cat", "apple", "fish", "star"});
    const auto judges = dealt_out(list, 3);
    std::map<std::string, std::set<std::size_t>> judges_of;
    for (std::size_t i = 0; i < list.size(); ++i) judges_of[list[i].word].insert(judges[i]);
    for (const auto* kind : {"cat", "key", "fish", "apple"})
        EXPECT_EQ(judges_of[kind].size(), 1U) << kind;
    EXPECT_EQ(judges_of["star"].size(), 2U);
    std::set<std::size_t> used;
    for (const auto* kind : {"cat", "key", "fish"}) used.merge(std::set(judges_of[kind]));
    EXPECT_EQ(used.size(), 3U);  // apple, cat, fish, key: 0, 1, 2, 0
}

TEST(Split, AnythingUnknownIsAKindOfItsOwnAndOneJudgeHasAll) {
    EXPECT_EQ(dealt_out(drawings({"unknown", "unknown"}), 4), (std::vector<std::size_t>{0, 0}));
    EXPECT_EQ(dealt_out(drawings({"star", "cat", "star"}), 1), (std::vector<std::size_t>{0, 0, 0}));
    EXPECT_TRUE(dealt_out({}, 2).empty());
}

}  // namespace
}  // namespace croquis::learning
