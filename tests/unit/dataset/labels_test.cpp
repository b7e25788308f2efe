#include "learning/dataset/labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "learning/dataset/packed_list.h"

namespace croquis::dataset {
namespace {

using testing::ElementsAre;

TEST(Labels, AreInTheOrderInWhichTheyCameEachOnce) {
    Labels labels{"star", "circle", "star"};
    labels.add("arrow");
    labels.add("circle");
    EXPECT_THAT(labels, ElementsAre("star", "circle", "arrow"));
    EXPECT_EQ(labels.front(), "star");
    EXPECT_TRUE(labels == (Labels{"star", "circle", "arrow"}));
    EXPECT_FALSE(labels == (Labels{"circle", "star", "arrow"}));
    labels.clear();
    EXPECT_TRUE(labels.empty());
}

TEST(Labels, AreEachThereOnceHoweverManyTheyAre) {
    Labels labels;
    for (const int round : {1, 2})
        for (int number = 0; number < 100'000; ++number)
            labels.add(std::to_string(round % 2 + number));
    EXPECT_EQ(labels.size(), 100'001U);
    Labels copy = labels;
    labels.clear();
    labels.add("0");
    EXPECT_EQ(labels.size(), 1U);
    copy.add("99999");
    EXPECT_EQ(copy.size(), 100'001U);
}

TEST(Labels, ArePackedAndGoOnBeingEachOnce) {
    Labels labels;
    for (int number = 0; number < 40; ++number) labels.add(std::to_string(number));
    std::string bytes;
    ValueWriter writer(bytes);
    writer(labels);
    Labels again;
    ValueReader reader(bytes);
    reader(again);
    EXPECT_TRUE(again == labels);
    again.add("7");
    again.add("more");
    EXPECT_EQ(again.size(), 41U);
}

}  // namespace
}  // namespace croquis::dataset
