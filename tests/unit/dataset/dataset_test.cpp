#include "learning/dataset/dataset.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/bytes.h"
#include "drawing/decode.h"
#include "drawing/strokes.h"
#include "learning/dataset/fingerprint.h"
#include "support/temp_folder.h"
#include "unit/dataset/archives.h"

namespace croquis::learning {
namespace {

const std::string circle =
    R"({"word":"oval","key_id":"1","recognized":true,"drawing":[[[0,10,20],[0,30,5]]]})";
const std::string unrecognised =
    R"({"word":"star","key_id":"2","recognized":false,"drawing":[[[0,10,20],[0,30,5]]]})";

class DatasetTest : public testing::Test {
  protected:
    std::filesystem::path write(const std::string& name, const std::string& text) {
        const auto file = scratch.path() / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
        return file;
    }

    static std::string png() {
        const auto bytes =
            drawing::encode_png(drawing::rasterise({{{0, 0, 0}, {50, 20, 0}}}, 32, {2}, 3));
        return {bytes->begin(), bytes->end()};
    }

    testing_support::TempFolder scratch;
};

TEST_F(DatasetTest, ReadsStrokesAndMapsTheirWords) {
    DatasetOptions options;
    options.map["oval"] = "ellipse";
    const auto data =
        load_dataset(write("a.ndjson", circle + "\n\n" + unrecognised + "\n"), options);
    ASSERT_TRUE(data);
    ASSERT_EQ(data->examples.size(), 1U);
    EXPECT_EQ(data->examples[0].word, "ellipse");
    EXPECT_EQ(data->examples[0].id, "1");
    EXPECT_TRUE(data->unreadable.empty());
}

TEST_F(DatasetTest, ReadsTheUnrecognisedWhereAsked) {
    DatasetOptions options;
    options.only_recognized = false;
    const auto data = load_dataset(write("a.ndjson", circle + "\n" + unrecognised), options);
    ASSERT_TRUE(data);
    EXPECT_EQ(data->examples.size(), 2U);
}

TEST_F(DatasetTest, LeavesOutWhatTheModelHasSeen) {
    DatasetOptions options;
    options.only_recognized = false;
    options.leave_out.insert("1");
    const auto data = load_dataset(write("a.ndjson", circle + "\n" + unrecognised), options);
    ASSERT_TRUE(data);
    EXPECT_EQ(data->left_out, 1U);
    ASSERT_EQ(data->examples.size(), 1U);
    EXPECT_EQ(data->examples[0].id, "2");
}

TEST_F(DatasetTest, LeavesOutPicturesThatTheModelHasSeenWhateverTheirFile) {
    drawing::Image grey{40, 40, 1, std::vector<std::uint8_t>(1600, 255)};
    for (std::size_t x = 8; x < 32; ++x) grey.pixels[20 * 40 + x] = 0;
    auto light = grey;  // on a dark ground
    for (auto& pixel : light.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
    drawing::Image colour{40, 40, 4, {}};
    for (const auto pixel : grey.pixels)
        colour.pixels.insert(colour.pixels.end(), {pixel, pixel, pixel, 255});
    auto other = grey;
    other.pixels[25 * 40 + 20] = 0;
    for (const auto& [name, image] :
         {std::pair("a.png", grey), {"b.png", light}, {"c.png", colour}, {"d.png", other}})
        write(std::string("pictures/line/") + name,
              std::string(as_text(drawing::encode_png(image).value())));
    DatasetOptions options;
    options.leave_out.insert(fingerprint(grey));
    const auto data = load_dataset(scratch.path() / "pictures", options);
    ASSERT_TRUE(data);
    EXPECT_EQ(data->left_out, 3U);
    ASSERT_EQ(data->examples.size(), 1U);
    EXPECT_NE(data->examples[0].id.find("d.png"), std::string::npos);
    options.leave_out.insert(fingerprint(other));
    const auto none = load_dataset(scratch.path() / "pictures", options);
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().detail.find("has learnt from all 4 drawings"), std::string::npos);
}

TEST_F(DatasetTest, TheOnlyDrawingIsNotSpokenOfAsSeveral) {
    DatasetOptions options;
    options.leave_out.insert("9");
    const auto none = load_dataset(
        write("a.ndjson", R"({"key_id":"9","word":"star","drawing":[[[0,9],[0,9]]]})"), options);
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().detail.find("has learnt from the only drawing in "), std::string::npos)
        << none.error().detail;
}

TEST_F(DatasetTest, NamesEveryLineItCannotRead) {
    const auto data = load_dataset(
        write("a.ndjson",
              circle + "\nnot json\n{\"word\":\"star\"}\n{\"word\":\"star\",\"drawing\":[[[1],"
                       "[2,3]]]}\n{\"word\":5,\"drawing\":[]}\n"),
        {});
    ASSERT_TRUE(data);
    EXPECT_EQ(data->examples.size(), 1U);
    ASSERT_EQ(data->unreadable.size(), 4U);
    EXPECT_EQ(data->unreadable[0].rfind("a.ndjson:2:", 0), 0U);
    EXPECT_EQ(data->unreadable[3].rfind("a.ndjson:5:", 0), 0U);
}

TEST_F(DatasetTest, ADrawingWithoutInkIsUnreadableNotLost) {
    const auto data =
        load_dataset(write("a.ndjson", circle + "\n{\"word\":\"star\",\"drawing\":[]}\n"), {});
    ASSERT_TRUE(data);
    EXPECT_EQ(data->unreadable.size(), 1U);
}

TEST_F(DatasetTest, ReadsAFolderOfFoldersOfPictures) {
    write("circle/one.png", png());
    write("circle/two.png", png());
    write("star/broken.png", png().substr(0, 40));
    const auto data = load_dataset(scratch.path(), {});
    ASSERT_TRUE(data);
    ASSERT_EQ(data->examples.size(), 2U);
    EXPECT_EQ(data->examples[0].word, "circle");
    EXPECT_EQ(data->unreadable.size(), 1U);
}

TEST_F(DatasetTest, ReadsACsvRelativeToIt) {
    write("pictures/a, b.png", png());
    const auto data = load_dataset(
        write("list.csv", "path,label\r\npictures/a, b.png,circle\r\nmissing.png,star\nno comma\n"),
        {});
    ASSERT_TRUE(data);
    ASSERT_EQ(data->examples.size(), 1U);
    EXPECT_EQ(data->examples[0].word, "circle");
    EXPECT_EQ(data->unreadable.size(), 2U);
}

TEST_F(DatasetTest, ReadsACsvAsSpreadsheetsWriteIt) {
    write("a, b.png", png());
    write("c.png", png());
    DatasetOptions options;
    options.labels = {"circle", "star"};
    options.map["Oval "] = "circle";
    for (const char* text : {"\xef\xbb\xbfpath,label\r\n\"a, b.png\", Circle \r\nc.png,STAR\r\n",
                             "a, b.png;oval\nc.png;Star\n",
                             "sep=;\nLabel;Split;File\ncircle;test;a, b.png\nstar;;c.png\n",
                             "\"a, b.png\"\t\" circle\"\n c.png \tstar"}) {
        const auto data = load_dataset(write("list.csv", text), options);
        ASSERT_TRUE(data) << text;
        EXPECT_TRUE(data->unreadable.empty()) << data->unreadable.front();
        ASSERT_EQ(data->examples.size(), 2U) << text;
        EXPECT_EQ(data->examples[0].word, "circle") << text;
        EXPECT_EQ(data->examples[1].word, "star") << text;
    }
}

TEST_F(DatasetTest, NamesTheLineOfACsvThatCannotBeRead) {
    write("a.png", png());
    const auto data = load_dataset(write("list.csv", "\"x\ny\",star\nlonely\na.png,circle\n"), {});
    ASSERT_TRUE(data);
    ASSERT_EQ(data->unreadable.size(), 2U);
    EXPECT_EQ(data->unreadable[1].rfind("list.csv:3:", 0), 0U) << data->unreadable[1];
    EXPECT_FALSE(load_dataset(write("open.csv", "a.png,\"circle\n"), {}));
}

TEST_F(DatasetTest, ReadsTheOtherLinesOfACsvWithOneThatCannotBeRead) {
    write("a.png", png());
    const auto data = load_dataset(
        write("list.csv", "path,label\na.png,circle\n\"a.png\" here,star\na.png,square\n"), {});
    ASSERT_TRUE(data) << data.error().detail;
    ASSERT_EQ(data->examples.size(), 2U);
    EXPECT_EQ(data->examples[0].word, "circle");
    EXPECT_EQ(data->examples[1].word, "square");
    EXPECT_EQ(data->unreadable, std::vector<std::string>{"list.csv:3: text behind quotes"});
}

TEST_F(DatasetTest, ReadsACsvInUtf16) {
    write("a.png", png());
    std::string utf16 = "\xff\xfe";
    for (const char c : std::string("path,label\na.png,circle\n")) utf16 += {c, '\0'};
    const auto data = load_dataset(write("list.csv", utf16), {});
    ASSERT_TRUE(data) << data.error().detail;
    ASSERT_EQ(data->examples.size(), 1U);
    EXPECT_EQ(data->examples[0].word, "circle");
}

TEST_F(DatasetTest, PassesOverAByteOrderMarkAndBlankLines) {
    const auto file = write("a.ndjson", "\xef\xbb\xbf" + circle + "\r\n \r\n");
    const auto data = load_dataset(file, {});
    ASSERT_TRUE(data);
    EXPECT_TRUE(data->unreadable.empty());
}

TEST_F(DatasetTest, TakesWordsForLabelsWhateverTheirCase) {
    DatasetOptions options;
    options.labels = {"Ellipse"};
    options.map["OVAL"] = "ellipse";
    const auto data = load_dataset(write("a.ndjson", circle), options);
    ASSERT_TRUE(data);
    EXPECT_EQ(data->examples[0].word, "Ellipse");
}

TEST_F(DatasetTest, ReadsAnArchive) {
    const auto file = scratch.path() / "shapes.zip";
    dataset::make_zip(file, {{"circle/1.png", dataset::picture(1)},
                             {"star/2.png", dataset::picture(2)},
                             {"star/3.png", "no picture"},
                             {"4.png", dataset::picture(4)}});
    const auto data = load_dataset(file, {});
    ASSERT_TRUE(data) << data.error().detail;
    ASSERT_EQ(data->examples.size(), 2U);
    EXPECT_EQ(data->examples[0].word, "circle");
    EXPECT_EQ(data->examples[1].word, "star");
    EXPECT_NE(data->examples[0].id, data->examples[1].id);
    EXPECT_EQ(data->not_one_label, 1U);
    ASSERT_EQ(data->unreadable.size(), 1U);
    EXPECT_NE(data->unreadable[0].find("star/3.png"), std::string::npos);
}

TEST_F(DatasetTest, ReadsAFolderOfArchivesNamedAfterTheirLabel) {
    std::filesystem::create_directories(scratch.path() / "all");
    dataset::make_zip(scratch.path() / "all" / "circle.zip", {{"1.png", dataset::picture(1)}});
    dataset::TarGz(scratch.path() / "all" / "star.tar.gz").add("1.png", dataset::picture(2));
    dataset::make_zip(scratch.path() / "all" / "more.zip", {{"heart/1.png", dataset::picture(3)}});
    write("all/broken.zip", "PK\3\4 and no more");
    const auto data = load_dataset(scratch.path() / "all", {});
    ASSERT_TRUE(data) << data.error().detail;
    std::vector<std::string> words;
    for (const auto& example : data->examples) words.push_back(example.word);
    EXPECT_EQ(words, (std::vector<std::string>{"circle", "heart", "star"}));
    EXPECT_EQ(data->unreadable.size(), 1U);
}

TEST_F(DatasetTest, SaysWhatIsWrongWithTheWhole) {
    EXPECT_EQ(load_dataset(scratch.path() / "nowhere", {}).error().kind, ErrorKind::not_found);
    EXPECT_EQ(load_dataset(write("a.bin", "x"), {}).error().kind, ErrorKind::unsupported_media);
    EXPECT_EQ(load_dataset(write("empty.ndjson", ""), {}).error().kind, ErrorKind::invalid);
}

TEST_F(DatasetTest, AnExampleOfStrokesIsWhatLoadingTheFileGives) {
    const auto file = write("a.ndjson", circle);
    const auto data = load_dataset(file, {});
    ASSERT_TRUE(data);
    const auto strokes = drawing::parse_strokes("[[[0,10,20],[0,30,5]]]");
    ASSERT_TRUE(strokes);
    const auto example = to_example({"1", "oval", *strokes});
    ASSERT_TRUE(example);
    EXPECT_EQ(example->input, data->examples.front().input);
    EXPECT_EQ(example->id, data->examples.front().id);
    EXPECT_FALSE(to_example({"3", "star", {}}));
}

}  // namespace
}  // namespace croquis::learning
