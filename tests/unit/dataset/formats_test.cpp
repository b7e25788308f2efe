// The formats of other tools, with files made up here.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_folder.h"
#include "unit/dataset/archives.h"
#include "unit/dataset/read_all.h"

namespace croquis::dataset {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class FormatsTest : public ReaderTest {
  protected:
    /// d1.png to dN.png, all different.
    void pictures(const std::string& folder, int count) {
        for (int i = 1; i <= count; ++i) file(fmt::format("{}d{}.png", folder, i), picture(i));
    }
};

// --- COCO

TEST_F(FormatsTest, CocosCategoriesAreLabelsByNameWhateverTheirIds) {
    pictures("", 6);
    file("x.json",
         R"({"categories":[{"id":0,"name":"circle"},{"id":7,"name":"square"},
             {"id":12,"name":"square"},{"id":3,"name":"unused"}],
             "images":[{"id":1,"file_name":"a\\d1.png"},{"id":"2","file_name":"d2.png"},
             {"id":9007199254740993,"file_name":"d3.png"},
             {"id":4,"file_name":"","coco_url":"https://e.invalid/d4.png",
             "date_captured":"2013-11-14 17:02:52"},
             {"id":5,"file_name":"d2.png"},{"id":6,"file_name":"d6.png"},{"id":7}],
             "annotations":[{"image_id":1,"category_id":0},{"image_id":1,"category_id":0},
             {"image_id":"2","category_id":7},{"image_id":9007199254740993,"category_id":12,
             "bbox":[1,1,2,2]},{"image_id":9007199254740993,"category_id":0},
             {"image_id":4,"category_id":7},{"image_id":5,"category_id":0},
             {"image_id":77,"category_id":0},{"image_id":1,"category_id":99},
             {"image_id":1,"category_id":null}]})");
    const auto all = read("x.json");
    EXPECT_EQ(all.format, "coco");
    EXPECT_THAT(all.labels(),
                UnorderedElementsAre("d1.png=circle", "d2.png=square|circle",
                                     "d3.png=square+circle", "d4.png=square", "d6.png="));
    EXPECT_THAT(all.rejected, ElementsAre(HasSubstr("images 7: The image names no file"),
                                          HasSubstr("annotations 8: There is no image 77"),
                                          HasSubstr("annotations 9: There is no category 99"),
                                          HasSubstr("annotations 10: There is no category null")));
    EXPECT_THAT(all.labels_without_drawing, ElementsAre("unused"));
    EXPECT_THAT(all.remarks, testing::IsSupersetOf({HasSubstr("Two categories"),
                                                    HasSubstr("1 picture beside it is not")}));
    EXPECT_EQ(to_rfc3339(all.records[3].created_at.value()), "2013-11-14T17:02:52.000000Z");
}

TEST_F(FormatsTest, CocosListsComeInAnyOrder) {
    pictures("", 3);
    file("x.json", R"({"annotations":[{"image_id":2,"category_id":7},{"image_id":1,"category_id":5},
             {"image_id":2,"category_id":5},{"image_id":3,"category_id":5},
             {"image_id":2,"category_id":7},{"image_id":9,"category_id":5}],
             "info":{"images":[{"id":9}]},
             "images":[{"id":1,"file_name":"d1.png"},{"id":2,"file_name":"d2.png"},
             {"id":1,"file_name":"d3.png"},{"id":3,"file_name":"gone.png"}],
             "categories":[{"id":5,"name":"circle"},{"id":7,"name":"square"}]})");
    const auto all = read("x.json");
    EXPECT_THAT(all.labels(), UnorderedElementsAre("d1.png=circle", "d2.png=square+circle",
                                                   "d3.png="));  // of two of one id the first
    EXPECT_THAT(all.rejected,
                ElementsAre(HasSubstr("annotations 6: There is no image 9"),
                            "x.json, images 4: gone.png: Its picture is not among the files."));
}

TEST_F(FormatsTest, JsonThatIsBrokenAnywhereIsRefusedAsAWhole) {
    pictures("", 1);
    file("x.json",
         R"({"images":[{"id":1,"file_name":"d1.png"}],"annotations":[],"info":{"a":tru})");
    EXPECT_EQ(read("x.json").error, "It is not JSON: syntax error.");
    file("x.json", R"({"items":[{"id":"d1"}],"categories":{}} {})");
    EXPECT_EQ(read("x.json").error, "It is not JSON: extra data.");
    file("x.json", "{\"images\":[{\"id\":1,\"file_name\":\"d1.png\"}");
    EXPECT_EQ(read("x.json").error, "It is not JSON: incomplete JSON.");
}

// --- Datumaro

TEST_F(FormatsTest, DatumarosLabelsMayStandBehindItsItems) {
    pictures("", 2);
    const std::string items = R"("items":[{"id":"d1","annotations":[{"type":"label","label_id":1}]},
        {"id":"d2","annotations":[{"type":"label","label_id":0}]}])";
    const std::string rest =
        R"("categories":{"label":{"labels":[{"name":"circle"},{"name":"square"}]}})";
    file("x.json", "{" + items + "," + rest + "}");
    EXPECT_THAT(read("x.json").labels(), UnorderedElementsAre("d1.png=square", "d2.png=circle"));
    file("x.json", "{" + items + "," + rest + R"(,"media_type":3})");
    EXPECT_THAT(read("x.json").error, HasSubstr("no pictures but another kind of data"));
}

TEST_F(FormatsTest, DatumarosLabelsGoByTheirPosition) {
    pictures("", 5);
    const std::string head =
        R"({"dm_format_version":"1.0","categories":{"label":{"labels":[{"name":"circle"},
            {"name":"square"},{"name":"star"}],"label_groups":[{"name":"g",
            "group_type":"exclusive","labels":["circle","square"]}]}},"items":[)";
    const auto label = [](const std::string& id) {
        return R"({"type":"label","label_id":)" + id + "}";
    };
    file("x.json", head + R"({"id":"d1","annotations":[)" + label("0") +
                       R"(],"image":{"path":"sub/d1.PNG"}},{"id":"d2","annotations":[)" +
                       label("0") + "," + label("1") +
                       R"(],"media":{"path":"d2.png"}},{"id":"d3","annotations":[)" + label("17") +
                       "," + label("null") +
                       R"(],"image":{"path":""}},{"id":"d4","annotations":[{"type":"bbox",
                       "label_id":1}],"image":{"path":"d4.png"}},{"annotations":[]}]})");
    const auto all = read("x.json");
    EXPECT_EQ(all.format, "datumaro");
    EXPECT_THAT(all.labels(), UnorderedElementsAre("d1.png=circle", "d2.png=circle+square",
                                                   "d3.png=", "d4.png="));
    EXPECT_THAT(all.rejected, ElementsAre("x.json, item 5: The item names no picture."));
    EXPECT_THAT(
        all.remarks,
        testing::IsSupersetOf(
            {HasSubstr("one excludes the others"), HasSubstr("There is no label 17"),
             HasSubstr("There is no label null"), HasSubstr("1 annotation that is no label was")}));
    EXPECT_THAT(all.labels_without_drawing, ElementsAre("star"));
    file("y.json", R"({"media_type":6,"items":[]})");
    EXPECT_THAT(read("y.json").error, HasSubstr("no pictures"));
}

// --- CVAT

TEST_F(FormatsTest, CvatsTagsAreLabelsAndAModelsTagsAreNot) {
    pictures("Train/", 5);
    file("Val/d1.png", picture(11));
    file("x.xml",
         R"(<?xml version="1.0"?><annotations><meta><project><labels>
            <label><name>circle</name><attributes><attribute><name>kind</name></attribute>
            </attributes></label><label><name>unused</name></label><label><name>part</name>
            <type>rectangle</type></label></labels></project></meta>
            <image id="0" name="d1.png" subset="Train"><tag label="circle">
              <attribute name="kind">a&amp;b</attribute></tag><tag label="circle"/></image>
            <image id="1" name="d2.png" subset="Train"><tag label="circle"/><tag label="&#233;"/></image>
            <image id="2" name="d3" subset="Train"><box label="circle" xtl="1"/></image>
            <image id="3" name="d4.png" subset="Train"><tag label="circle" source="auto"/></image>
            <image id="0" name="d1.png" subset="Val"><tag label="circle" source="semi-auto"/></image>
            <image id="5" name="d5.png" subset="Train"><tag label="circle"/>
              <tag label="part" source="auto"/></image>
            <image id="1" name="..\d6.png" subset="Val"><tag label="circle"/></image>
            </annotations>)");
    const auto all = read("x.xml");
    EXPECT_EQ(all.format, "cvat");
    EXPECT_THAT(all.labels(), UnorderedElementsAre("Train/d1.png=circle", "Train/d2.png=circle+é",
                                                   "Train/d3.png=", "Train/d4.png=",
                                                   "Train/d5.png=circle", "Val/d1.png=circle"))
        << testing::PrintToString(all.rejected) << all.error;
    for (const auto& record : all.records) {
        if (record.file_name == "Train/d4.png") {
            EXPECT_EQ(record.suggestions.at(0).label, "circle");
        }
        if (record.file_name == "Train/d5.png") {  // the person's tag stays a label
            EXPECT_EQ(record.suggestions.at(0).label, "part");
        }
    }
    EXPECT_THAT(all.rejected, ElementsAre(HasSubstr("leads out of the data")));
    EXPECT_THAT(all.remarks, testing::IsSupersetOf({HasSubstr("\"é\" is not declared"),
                                                    HasSubstr("1 shape was passed over: "),
                                                    HasSubstr("it is a suggestion")}));
    EXPECT_THAT(all.labels_without_drawing, ElementsAre("unused"));
}

TEST_F(FormatsTest, CvatsXmlWithADocumentTypeOrBrokenIsRefused) {
    file("dtd.xml", R"(<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotations/>)");
    EXPECT_THAT(read("dtd.xml").error, HasSubstr("document type"));
    file("cut.xml", "<annotations><image");
    EXPECT_THAT(read("cut.xml").error, HasSubstr("it is not XML"));
    pictures("", 1);
    file("late.xml", R"(<annotations><image name="d1.png"><tag label="a"/></image><image)");
    const auto late = read("late.xml");
    EXPECT_THAT(late.labels(), ElementsAre("d1.png=a"));
    EXPECT_THAT(late.rejected, ElementsAre(HasSubstr("it is not XML")));
    file("video.xml", R"(<annotations><track id="0" label="a"/></annotations>)");
    EXPECT_THAT(read("video.xml").error, HasSubstr("a video"));
}

TEST_F(FormatsTest, ImagenetsListsNumberTheLabels) {
    make_zip(path("x.zip"),
             {{"synsets.txt", "circle\nsquare\ndouble circle\n"},
              {"default.txt",
               "d1.png 0\r\n\"my d2\".png 1\nd3.png 0 2\nd4.png \nd5 2\nd6.png 9\nd7.png -1\n"},
              {"val.txt", "d1.png 1\n\n"},
              {"images/d1.png", picture(1)},
              {"images/my d2.png", picture(2)},
              {"images/d3.png", picture(3)},
              {"images/d4.png", picture(4)},
              {"images/d5.png", picture(5)},
              {"images/d9.png", picture(9)}});
    const auto all = read("x.zip");
    EXPECT_EQ(all.format, "imagenet");
    EXPECT_THAT(all.labels(), ElementsAre("images/d1.png=circle|square", "images/my d2.png=square",
                                          "images/d3.png=circle+double circle", "images/d4.png=",
                                          "images/d5.png=double circle", "images/d9.png="));
    EXPECT_EQ(all.error, "");
    EXPECT_THAT(all.remarks,
                ElementsAre(HasSubstr("1 of the pictures is not named there; it has")));
    EXPECT_THAT(all.rejected, ElementsAre("default.txt:6: There is no label 9 in synsets.txt.",
                                          "default.txt:7: There is no label -1 in synsets.txt."));
}

// --- Hugging Face

TEST_F(FormatsTest, HuggingFacesNumbersAreNamedAndTextStaysText) {
    pictures("train/", 5);
    pictures("test/", 3);
    file("validation/circle/d9.png", picture(9));
    file("README.md",
         "---\ndataset_info:\n  features:\n  - name: label\n    dtype:\n      class_label:\n"
         "        names:\n          '0': circle\n          '1': square\n---\n# Set\n");
    file("train/metadata.jsonl", R"({"file_name":"d1.png","label":0,"tags":[1]})"
                                 "\n"
                                 R"({"file_name":"d2.png","label":"star"})"
                                 "\n"
                                 R"({"file_name":"d3.png","label":null})"
                                 "\n"
                                 R"({"file_name":"../d4.png","label":1})"
                                 "\n"
                                 R"({"file_name":"d4.png","label":7})"
                                 "\n{\"a\":1,}\n\n"
                                 R"({"file_name":"none.png","label":1})"
                                 "\n");
    file("test/metadata.csv",
         "\xef\xbb\xbf"
         "file_name,label\r\nd1.png,NA\r\nd2.png,007\r\n");
    const auto all = read("");
    EXPECT_EQ(all.format, "huggingface");
    EXPECT_THAT(
        all.labels(),
        UnorderedElementsAre("train/d1.png=circle", "train/d2.png=star",
                             "train/d3.png=", "train/d4.png=", "train/d5.png=", "test/d1.png=NA",
                             "test/d2.png=007", "test/d3.png=", "validation/circle/d9.png=circle"))
        << testing::PrintToString(all.rejected) << all.error;
    EXPECT_THAT(all.rejected,
                UnorderedElementsAre(HasSubstr("metadata.jsonl:4: Its name leads out"),
                                     HasSubstr("metadata.jsonl:6: It is not JSON"),
                                     HasSubstr("train/none.png: Its picture is not among")));
    EXPECT_THAT(all.remarks, testing::Contains(HasSubstr("There is no class 7")));
    file("other/metadata1.jsonl", "{}");  // another name is another file
    file("other/circle/d1.png", picture(1));
    EXPECT_EQ(read("other").format, "imagefolder");
}

TEST_F(FormatsTest, HuggingFaceInAFolderIsReadAsWithoutIt) {
    make_zip(path("x.zip"),
             {{"ds/README.md",
               "---\ndataset_info:\n  features:\n  - name: label\n    dtype:\n      class_label:\n"
               "        names:\n          '0': circle\n          '1': square\n---\n"},
              {"ds/train/metadata.jsonl", "{\"file_name\":\"d1.png\",\"label\":1}\n"},
              {"ds/train/d1.png", picture(1)},
              {"ds/Validation/circle/d2.png", picture(2)}});
    EXPECT_THAT(read("x.zip").labels(),
                ElementsAre("ds/train/d1.png=square", "ds/Validation/circle/d2.png=circle"));
}

TEST_F(FormatsTest, HuggingFacesLabelIsFoundByAnotherNameOrAskedFor) {
    pictures("a/", 1);
    file("a/metadata.jsonl", R"({"file_name":"d1.png","class":"circle"})");
    EXPECT_THAT(read("a").labels(), ElementsAre("d1.png=circle"));
    pictures("b/", 1);
    file("b/metadata.csv", "file_name,species\nd1.png,wren\n");
    const auto none = read("b");
    EXPECT_THAT(none.labels(), ElementsAre("d1.png="));
    EXPECT_THAT(none.remarks, ElementsAre(HasSubstr("Say which of species holds them")));
    ReadOptions options;
    options.label_column = "species";
    EXPECT_THAT(read("b", options).labels(), ElementsAre("d1.png=wren"));
}

// --- the game's strokes in a table

TEST_F(FormatsTest, KagglesTableKeepsStrokesAndDropsRuinedIds) {
    file("x.csv",
         "word,countrycode,key_id,recognized,timestamp,drawing\n"
         "circle,NA,5000000000000101,True,2017-03-08 21:12:07.266040,\"[[[0, 80], [1, 20]]]\"\n"
         "square,,5.15280E+15,TRUE,,\"[[[0, 80], [1, 20]]]\"\n"
         "circle,ZZ,7,True,,[]\n"
         "line,ZZ,8,True,,\"[((0, 1), (0, 1))]\"\n"
         "line,ZZ,9,True,,\"[[[0, 10\n");
    const auto all = read("x.csv");
    EXPECT_EQ(all.format, "csv");
    ASSERT_EQ(all.records.size(), 2U) << testing::PrintToString(all.rejected) << all.error;
    EXPECT_THAT(all.records[0].labels, ElementsAre("circle"));
    EXPECT_EQ(all.records[0].external_id, "5000000000000101");
    EXPECT_EQ(to_rfc3339(all.records[0].created_at.value()), "2017-03-08T21:12:07.266040Z");
    EXPECT_EQ(all.records[0].strokes, "[[[0,80],[1,20]]]");
    EXPECT_EQ(all.records[1].external_id, "");
    EXPECT_THAT(all.remarks, ElementsAre(HasSubstr("5.15280E+15 is not whole")));
    EXPECT_THAT(all.rejected, ElementsAre(HasSubstr("x.csv:4:"), HasSubstr("x.csv:5:"),
                                          HasSubstr("quotes that do not end")));
}

// --- Label Studio's flat forms

TEST_F(FormatsTest, LabelStudiosFlatJsonCountsARecordAVote) {
    pictures("", 6);
    const auto record = [](int id, const std::string& chosen, const std::string& by = "1") {
        return fmt::format(R"({{"image":"/data/upload/1/0a1b2c3d-d{}.png","id":{},"note":"words",)"
                           R"("annotation_id":{}{}}})",
                           id, id, by, chosen.empty() ? "" : R"(,"shape":)" + chosen);
    };
    file("x.json",
         "[" + record(1, R"("circle")") + "," + record(2, R"({"choices":["circle","square"]})") +
             "," + record(3, R"("square")") + "," + record(3, R"("circle")") + "," +
             record(4, "", "null") + "," + record(5, R"(["circle"],"box":[{"x":1,"y":1}])") + "," +
             record(6, "[]") + "]");
    const auto all = read("x.json");
    EXPECT_EQ(all.format, "labelstudio");
    EXPECT_THAT(all.labels(),
                UnorderedElementsAre("d1.png=circle", "d2.png=circle+square",
                                     "d3.png=square|circle", "d4.png=", "d5.png=", "d6.png="))
        << testing::PrintToString(all.rejected) << all.error;
}

TEST_F(FormatsTest, LabelStudiosFlatVotesOfOneTaskMayStandApart) {
    constexpr int count = 2000;  // more than are packed together
    file("d1.png", picture(1));
    file("d2.png", picture(2));
    std::string text = "[";
    const auto add = [&](int id, const std::string& label) {
        text += fmt::format(R"({}{{"image":"d{}.png","id":{},"annotation_id":1,"shape":"{}"}})",
                            text.size() > 1 ? "," : "", id, id, label);
    };
    add(2, "star");
    for (int i = 3; i < count; ++i) add(i, "circle");
    add(1, "star");
    for (int i = 3; i < count; ++i) add(i, "circle");
    add(2, "arrow");
    add(1, "star");
    add(2, "circle");
    file("x.json", text + "]");
    const auto all = read("x.json");
    EXPECT_THAT(all.labels(), ElementsAre("d1.png=star", "d2.png=star|arrow|circle"));
    ASSERT_EQ(all.rejected.size(), static_cast<std::size_t>(count - 3));  // a task, not a vote
    EXPECT_EQ(all.rejected.front(), "x.json, task 2: d3.png: Its picture is not among the files.");
}

TEST_F(FormatsTest, LabelStudiosTableReadsJsonOnlyWhereItIsJson) {
    pictures("", 4);
    file("x.csv",
         "\"_data_shape\",\"annotation_id\",\"annotator\",\"id\",\"image\",\"shape\"\r\n"
         "\"x\",1,\"a@e.invalid\",1,\"d1.png\",\"circle\"\r\r\n"
         "\"x\",2,\"a@e.invalid\",2,\"d2.png\",\"{\"\"choices\"\":[\"\"circle\"\",\"\"square\"\"]}"
         "\"\r\n"
         "\"x\",3,\"a@e.invalid\",3,\"d3.png\",\"circle, \"\"round\"\"\"\r\n"
         "\"x\",\"\",\"\",4,\"d4.png\",\"\"\r\n");
    const auto all = read("x.csv");
    EXPECT_EQ(all.format, "labelstudio");
    EXPECT_THAT(all.labels(), UnorderedElementsAre("d1.png=circle", "d2.png=circle+square",
                                                   "d3.png=circle, \"round\"", "d4.png="))
        << testing::PrintToString(all.rejected) << all.error;
}

TEST_F(FormatsTest, LabelStudiosDataIsNotTakenForAControl) {
    pictures("", 2);
    // Nothing tells a member of the task's data from a control here.
    const std::string flat =
        R"([{"image":"d1.png","id":1,"caption":"first","annotation_id":1,"shape":"circle"},
            {"image":"d2.png","id":2,"caption":"second","annotation_id":2,"shape":"square"}])";
    file("x.json", flat);
    EXPECT_THAT(read("x.json").error, HasSubstr("\"caption\", \"shape\" could all be meant"));
    ReadOptions options;
    options.label_column = "shape";
    EXPECT_THAT(read("x.json", options).labels(), ElementsAre("d1.png=circle", "d2.png=square"));
    options.label_column = "none";
    EXPECT_THAT(read("x.json", options).error, HasSubstr("no column or control \"none\""));
    // A task that nobody annotated does, and so does what a text cannot be.
    file("y.json", flat.substr(0, flat.size() - 1) +
                       R"(,{"image":"d3.png","id":3,"caption":"third","annotation_id":null}])");
    EXPECT_THAT(read("y.json").labels(), ElementsAre("d1.png=circle", "d2.png=square"));
    file("z.json", R"([{"image":"d1.png","id":1,"caption":"first","annotation_id":1,
                        "shape":{"choices":["circle","square"]}}])");
    EXPECT_THAT(read("z.json").labels(), ElementsAre("d1.png=circle+square"));
}

// --- several files of one kind

TEST_F(FormatsTest, CocoASplitIsReadAsOne) {
    const auto coco = [](const std::string& label, const std::string& name) {
        return fmt::format(
            R"({{"categories":[{{"id":1,"name":"circle"}},{{"id":2,"name":"square"}}],)"
            R"("images":[{{"id":1,"file_name":"{}"}}],"annotations":[{{"image_id":1,)"
            R"("category_id":{}}}]}})",
            name, label);
    };
    // Roboflow's zip: pictures beside the files, here called alike.
    make_zip(path("r.zip"), {{"README.roboflow.txt", "about"},
                             {"train/_annotations.coco.json", coco("1", "d1.png")},
                             {"train/d1.png", picture(1)},
                             {"valid/_annotations.coco.json", coco("2", "d1.png")},
                             {"valid/d1.png", picture(2)}});
    const auto roboflow = read("r.zip");
    EXPECT_EQ(roboflow.format, "coco") << roboflow.error;
    EXPECT_THAT(roboflow.labels(), ElementsAre("train/d1.png=circle", "valid/d1.png=square"))
        << testing::PrintToString(roboflow.rejected);
    EXPECT_THAT(roboflow.labels_without_drawing, IsEmpty());
    // As COCO has it, with a folder around all, and other files of that ending.
    file("c/ds/annotations/instances_train.json", coco("1", "d1.png"));
    file("c/ds/annotations/instances_val.json", coco("2", "d1.png"));
    file("c/ds/info.json", R"({"year":2026})");
    file("c/ds/images/train/d1.png", picture(1));
    file("c/ds/images/val/d1.png", picture(2));
    const auto split = read("c");
    EXPECT_THAT(split.labels(), UnorderedElementsAre("ds/images/train/d1.png=circle",
                                                     "ds/images/val/d1.png=square"))
        << testing::PrintToString(split.rejected) << split.error;
    EXPECT_THAT(split.remarks, ElementsAre("It lists no pictures and was passed over."));
}

TEST_F(FormatsTest, DatumarosAndCvatsFilesOfSubsetsAreReadAsOne) {
    const auto datumaro = [](const std::string& id) {
        return R"({"categories":{"label":{"labels":[{"name":"circle"}]}},"items":[{"id":")" + id +
               R"(","annotations":[{"type":"label","label_id":0}]}]})";
    };
    file("d/annotations/train.json", datumaro("d1"));
    file("d/annotations/val.json", datumaro("d2"));
    pictures("d/images/", 2);
    EXPECT_THAT(read("d").labels(), ElementsAre("images/d1.png=circle", "images/d2.png=circle"));
    for (const auto* task : {"1", "2"})
        file(fmt::format("v/task{}/annotations.xml", task),
             fmt::format(R"(<annotations><image name="d{}.png"><tag label="a"/></image>)"
                         "</annotations>",
                         task));
    pictures("v/images/", 2);
    EXPECT_THAT(read("v").labels(), ElementsAre("images/d1.png=a", "images/d2.png=a"));
}

TEST_F(FormatsTest, FilesThatListNoPicturesLeaveAFolderALabel) {
    for (const auto* label : {"circle", "square"}) {
        pictures(fmt::format("f/{}/", label), 1);
        file(fmt::format("f/{}/d1.json", label), R"({"shapes":[],"imagePath":"d1.png"})");
        file(fmt::format("f/{}/d1.csv", label), "12.5,30\n14,31\n");
        file(fmt::format("f/{}/d1.xml", label), "<annotation><name>x</name></annotation>");
    }
    const auto all = read("f");
    EXPECT_EQ(all.format, "imagefolder");
    EXPECT_THAT(all.labels(), ElementsAre("d1.png=circle", "d1.png=square"));
    // Of one that cannot be read nobody knows whether it lists them.
    file("f/circle/d1.json", "{");
    EXPECT_THAT(read("f").error, HasSubstr("circle/d1.json: It is not JSON"));
    ReadOptions options;
    options.format = Format::image_folder;
    EXPECT_THAT(read("f", options).labels(), ElementsAre("d1.png=circle", "d1.png=square"));
}

TEST_F(FormatsTest, OfSeveralFilesABadOneIsNamedAndOfTwoKindsOneIsAskedFor) {
    pictures("d/", 2);
    const auto tasks = [](int id) {
        return fmt::format(R"([{{"id":{0},"data":{{"image":"d{0}.png"}},"annotations":[]}}])", id);
    };
    file("d/a.json", tasks(1));
    file("d/b.json", "[{");
    file("d/c.json", "{");
    const auto all = read("d");
    EXPECT_EQ(all.format, "labelstudio") << all.error;
    EXPECT_THAT(all.labels(), ElementsAre("d1.png=", "d2.png="));
    EXPECT_THAT(all.rejected, UnorderedElementsAre(HasSubstr("b.json"), HasSubstr("c.json")));
    file("d/d.json", R"({"images":[{"id":1,"file_name":"d2.png"}]})");
    EXPECT_THAT(read("d").error,
                HasSubstr("a.json (labelstudio) and d.json (coco) could be meant"));
    ReadOptions options;
    options.format = Format::coco;
    EXPECT_EQ(read("d", options).format, "coco");
}

}  // namespace
}  // namespace croquis::dataset
