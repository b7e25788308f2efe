#include "learning/dataset/picture_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace croquis::dataset {
namespace {

using testing::HasSubstr;

/// Finds among files that are the 10th, 11th … of their tree.
class PictureIndexTest : public testing::Test {
  protected:
    static constexpr Entry first = 10;

    void files(const std::vector<std::string>& paths) {
        for (const auto& path : paths) index_.add(next_++, path);
    }
    /// The path's place among those of files(), or why there is none.
    std::string found(const std::string& name, const std::string& file = {}) {
        const auto entry = index_.find(name, file);
        return entry ? std::to_string(*entry - first) : entry.error().detail;
    }

  private:
    PictureIndex index_;
    Entry next_ = first;
};

constexpr auto missing = "Its picture is not among the files.";

TEST_F(PictureIndexTest, FindsByPathByItsEndAndFromBelow) {
    files({"a/1.png", "b/1.png", "set/c/2.png", "3.png", "xc/4.png"});
    EXPECT_EQ(found("a/1.png"), "0");
    EXPECT_EQ(found("./b//1.png"), "1");
    EXPECT_EQ(found("c/2.png"), "2");
    EXPECT_EQ(found("2.png"), "2");
    EXPECT_EQ(found("D:\\pictures\\c\\2.png"), "2");
    EXPECT_EQ(found("/home/me/3.png"), "3");
    EXPECT_EQ(found("c/4.png"), "4");  // by its last part
    EXPECT_EQ(found(".png"), missing);
    EXPECT_EQ(found("png"), missing);
    EXPECT_EQ(found(""), missing);
    EXPECT_EQ(found("https://e.invalid/a/1.png?x=1"), "0");
    EXPECT_THAT(found("https://e.invalid/none.png"), HasSubstr("addresses are not fetched"));
    EXPECT_EQ(found("deadbeef-3.png"), "3");
}

TEST_F(PictureIndexTest, TheFolderOfTheRowsFileComesFirst) {
    files({"1.png", "d/1.png", "d/d/1.png"});
    EXPECT_EQ(found("1.png"), "0");
    EXPECT_EQ(found("1.png", "d/labels.csv"), "1");
    EXPECT_EQ(found("d/1.png", "d/labels.csv"), "2");
    EXPECT_EQ(found("d/1.png"), "1");
}

TEST_F(PictureIndexTest, CaseIsPassedOverWhereNothingElseFits) {
    files({"Set/Scan_1.PNG", "set/scan_2.png", "Été/Straße.png", "e\xcc\x81t\xc3\xa9.png"});
    EXPECT_EQ(found("set/scan_1.png"), "0");
    EXPECT_EQ(found("SCAN_2.png"), "1");
    EXPECT_EQ(found("other/SCAN_1.png"), "0");
    EXPECT_EQ(found("ÉTÉ/STRASSE.PNG"), "2");
    EXPECT_EQ(found("strasse"), "2");
    files({});
    EXPECT_EQ(found("\xc3\x89t\xc3\xa9.png"), "3");
}

TEST_F(PictureIndexTest, ANameWithoutItsEndingIsAStem) {
    files({"a/One.png", "b/two.jpg", "c/two.png", "c/two.x.png"});
    EXPECT_EQ(found("one"), "0");
    EXPECT_EQ(found("x/ONE"), "0");
    EXPECT_EQ(found("on"), missing);
    EXPECT_EQ(found("two"), "Several files could be meant by two: b/two.jpg, c/two.png.");
    EXPECT_EQ(found("two", "b/rows.csv"), "1");
    EXPECT_EQ(found("two.jpeg"), missing);  // a picture of another kind
}

TEST_F(PictureIndexTest, OfSeveralItIsTheOneNearTheRowsFile) {
    files({"train/1.png", "test/1.png", "Val/1.png", "deep/val/2.png", "deep/2.png"});
    EXPECT_EQ(found("1.png", "instances_test.json"), "1");
    EXPECT_EQ(found("1.png", "notes/val.csv"), "2");
    EXPECT_EQ(found("2.png", "instances_val.json"), "3");
    EXPECT_THAT(found("1.png", "labels.csv"), HasSubstr("Several files could be meant by 1.png"));
    EXPECT_THAT(found("2.png", "deep.csv"), HasSubstr("deep/val/2.png"));
}

TEST_F(PictureIndexTest, SeveralAreNamedInTheOrderOfTheirEnds) {
    files({"b/1.png", "a/1.png", "C/1.png"});
    EXPECT_EQ(found("1.png"), "Several files could be meant by 1.png: C/1.png, a/1.png.");
    EXPECT_EQ(found("1.PNG"), "Several files could be meant by 1.PNG: a/1.png, b/1.png.");
}

TEST_F(PictureIndexTest, OfVeryManyNoneIsChosen) {
    std::vector<std::string> paths{"z/1.png"};
    for (int i = 0; i < 70; ++i) paths.push_back("a" + std::to_string(i) + "/1.png");
    files(paths);
    EXPECT_THAT(found("1.png", "z/rows.csv"), "0");  // this very path
    EXPECT_THAT(found("x/1.png", "a1/rows.csv"), HasSubstr("Several files"));
    EXPECT_EQ(found("a69/1.png"), "70");
}

TEST_F(PictureIndexTest, NoFilesAreNoPictures) {
    EXPECT_EQ(found("1.png"), missing);
    EXPECT_EQ(found("one"), missing);
}

}  // namespace
}  // namespace croquis::dataset
