#include "learning/dataset/reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "learning/dataset/json_elements.h"
#include "unit/dataset/archives.h"
#include "unit/dataset/read_all.h"

namespace croquis::dataset {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// --- a folder a label

using ImageFolder = ReaderTest;

TEST_F(ImageFolder, TheFirstFolderIsTheLabelAndTheRestIsKept) {
    file("d/circle/1.png", picture(1));
    file("d/circle/more/2.PNG", picture(2));
    file("d/square/3.jpg", picture(3));  // PNG by its bytes
    file("d/loose.png", picture(4));
    file("d/unlabeled/5.png", picture(5));
    file("d/square/notes.txt", "about");
    fs::create_directories(path("d/triangle"));
    const auto all = read("d");
    EXPECT_EQ(all.format, "imagefolder");
    EXPECT_THAT(all.labels(), ElementsAre("1.png=circle", "more/2.PNG=circle",
                                          "loose.png=", "3.jpg=square", "unlabeled/5.png="));
    EXPECT_THAT(all.rejected, IsEmpty());
    EXPECT_THAT(all.remarks, ElementsAre(HasSubstr("no picture")));
    EXPECT_THAT(all.labels_without_drawing, ElementsAre("triangle"));
    EXPECT_EQ(std::string(as_text(all.records[0].image)), picture(1));
}

TEST_F(ImageFolder, AWrapperAndSplitsAreNoLabels) {
    make_zip(path("x.zip"), {{"shapes/circle/1.png", picture(1)},
                             {"shapes/square/2.png", picture(2)},
                             {"shapes/loose.png", picture(3)},
                             {"__MACOSX/shapes/._1.png", "x"},
                             {"shapes/circle/.DS_Store", "x"}});
    const auto wrapped = read("x.zip");
    EXPECT_THAT(wrapped.labels(), ElementsAre("1.png=circle", "2.png=square", "loose.png="));
    EXPECT_EQ(wrapped.litter, 2U);
    file("s/train/circle/1.png", picture(1));
    file("s/val/square/2.png", picture(2));
    EXPECT_THAT(read("s").labels(), ElementsAre("1.png=circle", "2.png=square"));
    file("t/test/1.png", picture(1));  // a label that happens to be called test
    file("t/other/2.png", picture(2));
    EXPECT_THAT(read("t").labels(), ElementsAre("2.png=other", "1.png=test"));
    file("w/all/train/circle/1.png", picture(1));
    file("w/all/test/square/2.png", picture(2));
    EXPECT_THAT(read("w").labels(), ElementsAre("2.png=square", "1.png=circle"));
    file("one/circle/1.png", picture(1));
    EXPECT_THAT(read("one").labels(), ElementsAre("1.png=circle"));
    file("upper/Training/circle/1.png", picture(1));
    file("upper/TEST/square/2.png", picture(2));
    EXPECT_THAT(read("upper").labels(), UnorderedElementsAre("1.png=circle", "2.png=square"));
}

TEST_F(ImageFolder, OneNameInTwoFormsIsOneLabelAndBadFilesAreNamed) {
    file("d/\xc3\xa9toile/1.png", picture(1));
    file("d/e\xcc\x81toile/2.png", picture(2));
    file("d/circle/empty.png", "");
    file("d/circle/fake.png", "GIF89a");
    const auto all = read("d");
    for (const auto& record : all.records) EXPECT_THAT(record.labels, ElementsAre("étoile"));
    EXPECT_EQ(all.records.size(), 2U);
    EXPECT_THAT(all.rejected, ElementsAre("circle/empty.png: It is empty.",
                                          "circle/fake.png: It is neither PNG, JPEG nor WebP."));
}

// --- CSV

using CsvTest = ReaderTest;

TEST_F(CsvTest, AHeaderQuotingAMarkAndSemicolonsAreUnderstood) {
    for (int i = 1; i <= 6; ++i) file(fmt::format("p/images/d{}.png", i), picture(i));
    file("p/images/with; semicolon.png", picture(7));
    file("p/labels.csv",
         "\xef\xbb\xbfPath;Label;Note\r\n"
         "images\\d1.png;circle;0,98\r\n"
         ".\\images\\d2.png; square ;\"two\r\nlines\"\r\n"
         "C:\\Users\\x\\d3.png;\"say \"\"round\"\"\";\r\n"
         "\"images/with; semicolon.png\";007;\r\n"
         ";circle;\r\n"
         "images/d4.png;circle\r\n"
         "images/d4.png;circle\r\n"
         "images/d5.png;circle;;;extra\r\n"
         "images/d5.png;square;\r\n"
         "images/d6.png;;\r\n"
         "images/none.png;circle;\r\n");
    for (const auto* name : {"p/labels.csv", "p"}) {
        const auto all = read(name);
        EXPECT_EQ(all.format, "csv");
        EXPECT_THAT(all.labels(), ElementsAre("images/d1.png=circle", "images/d2.png=square",
                                              "images/d3.png=say \"round\"", "images/d4.png=circle",
                                              "images/d5.png=circle|square",
                                              "images/d6.png=", "images/with; semicolon.png=007"));
        EXPECT_THAT(all.rejected,
                    UnorderedElementsAre("labels.csv:7: The line names no picture.",
                                         HasSubstr("labels.csv:13: images/none.png: Its picture is "
                                                   "not among the files")));
    }
}

TEST_F(CsvTest, WithoutAHeaderTheFirstLineIsData) {
    file("d1.png", picture(1));
    file("d2.png", picture(2));
    file("d3.png", picture(3));
    file("x.csv",
         "d1.png,NA\nhttps://e.invalid/a/d2.png?size=64,\"circle, filled\"\n"
         "d3,=1+1\n../outside/none.png,square\nhttps://e.invalid/no.png,a\n"
         "\"data:image/png;base64," +
             to_base64(as_bytes(picture(9))) + "\",star\n\"d1.png,circle");
    const auto all = read("x.csv");
    EXPECT_THAT(all.labels(),
                ElementsAre("=star", "d1.png=NA", "d2.png=circle, filled", "d3.png==1+1"));
    EXPECT_EQ(std::string(as_text(all.records[0].image)), picture(9));
    EXPECT_THAT(all.rejected, ElementsAre(HasSubstr("x.csv:7: quotes that do not end"),
                                          HasSubstr("x.csv:4: ../outside/none.png"),
                                          HasSubstr("addresses are not fetched")));
}

TEST_F(CsvTest, HeadingsMayBeFrench) {
    file("d1.png", picture(1));
    file("x.csv", "\xef\xbb\xbfNom de fichier;Étiquette\r\nd1.png;cercle\r\n");
    EXPECT_THAT(read("x.csv").labels(), ElementsAre("d1.png=cercle"));
    file("y.csv", "fichier,catégorie\nd1.png,cercle\n");
    EXPECT_THAT(read("y.csv").labels(), ElementsAre("d1.png=cercle"));
}

TEST_F(CsvTest, AQuoteThatDoesNotEndTakesNoOtherLinesLabel) {
    for (int i = 1; i <= 4; ++i) file("d" + std::to_string(i) + ".png", picture(i));
    file("x.csv", "file,label\nd1.png,circle\nd2.png,\"circle\nd3.png,square\nd4.png,star\n");
    const auto all = read("x.csv");
    EXPECT_THAT(all.labels(), ElementsAre("d1.png=circle", "d3.png=square", "d4.png=star"));
    EXPECT_THAT(all.rejected, ElementsAre("x.csv:3: quotes that do not end"));
}

TEST_F(CsvTest, PicturesAreFoundInAnArchiveAndNeverGuessed) {
    make_zip(path("p.zip"), {{"data/a/one.png", picture(1)},
                             {"data/b/one.png", picture(2)},
                             {"data/b/Two.PNG", picture(3)},
                             {"data/b/unlisted.png", picture(4)}});
    file("x.csv", "file,class\na/one.png,first\none.png,which\nb/two.png,second\n");
    ReadOptions options;
    options.pictures = path("p.zip");
    const auto all = read("x.csv", options);
    EXPECT_THAT(all.labels(), ElementsAre("data/a/one.png=first", "data/b/one.png=",
                                          "data/b/Two.PNG=second", "data/b/unlisted.png="));
    EXPECT_THAT(all.rejected, ElementsAre(HasSubstr("Several files could be meant")));
    EXPECT_THAT(all.remarks, ElementsAre(HasSubstr("2 of the pictures are not named")));
}

TEST_F(CsvTest, WhichColumnIsMeantIsAskedAndCanBeSaid) {
    file("a.png", picture(1));
    file("x.csv", "image,breed,word\na.png,circle,square\n");
    EXPECT_THAT(read("x.csv").error, HasSubstr("\"breed\" and \"word\" could both be meant"));
    ReadOptions options;
    options.label_column = "word";
    EXPECT_THAT(read("x.csv", options).labels(), ElementsAre("a.png=square"));
    options.label_column = "none";
    EXPECT_THAT(read("x.csv", options).error, HasSubstr("There is no column \"none\""));
    // Columns that are named need no known heading.
    file("y.csv", "img,species\na.png,wren\n");
    options.label_column = "species";
    EXPECT_THAT(read("y.csv", options).error, HasSubstr("say which with --path-column"));
    options.path_column = "img";
    EXPECT_THAT(read("y.csv", options).labels(), ElementsAre("a.png=wren"));
}

TEST_F(CsvTest, WhatIsLeftOutIsSaid) {
    file("a.png", picture(1));
    file("x.csv", "filename,species,author\na.png,wren,Zoé\n");
    const auto all = read("x.csv");
    EXPECT_THAT(all.labels(), ElementsAre("a.png="));
    EXPECT_EQ(all.records[0].pseudonym, "");
    EXPECT_THAT(all.remarks, ElementsAre(HasSubstr("\"author\" may hold people's names"),
                                         HasSubstr("Say which of species, author holds them")));
}

TEST_F(CsvTest, IdDateAndPseudonymAreKept) {
    file("a.png", picture(1));
    file("b.png", picture(2));
    file("x.csv",
         "ID;file;label;Date;pseudonym\n7;a.png;circle;2024-03-01;p-1\n8;b.png;star;1/3/24;\n");
    const auto all = read("x.csv");
    ASSERT_EQ(all.records.size(), 2U);
    EXPECT_EQ(all.records[0].external_id, "7");
    EXPECT_EQ(to_rfc3339(all.records[0].created_at.value()), "2024-03-01T00:00:00.000000Z");
    EXPECT_EQ(all.records[0].pseudonym, "p-1");
    EXPECT_EQ(all.records[1].external_id, "8");
    EXPECT_THAT(all.remarks, ElementsAre(HasSubstr("\"1/3/24\" is no date")));
    file("ids.csv", "id,breed\na,circle\n");  // here it is the picture
    EXPECT_EQ(read("ids.csv").records.at(0).external_id, "");
}

TEST_F(CsvTest, AFileByItselfTakesWhatItNames) {
    file("a.png", picture(1));
    file("b.png", picture(2));
    file("deep/c.png", picture(3));
    file("x.csv", "path,label\na.png,circle\n");
    const auto all = read("x.csv");
    EXPECT_THAT(all.labels(), ElementsAre("a.png=circle"));
    EXPECT_THAT(all.remarks, ElementsAre(HasSubstr("2 pictures beside it are not named there")));
    ReadOptions options;
    options.pictures = path("");
    EXPECT_THAT(read("x.csv", options).labels(),
                UnorderedElementsAre("a.png=circle", "b.png=", "deep/c.png="));
}

TEST_F(CsvTest, FilesOfSplitsAreReadAsOne) {
    file("d/train.csv", "path,label\n1.png,circle\n");
    file("d/test.csv", "path,label\n1.png,square\n2.png,circle\n");
    file("d/train/1.png", picture(1));
    file("d/test/1.png", picture(2));
    file("d/test/2.png", picture(3));
    const auto all = read("d");
    EXPECT_EQ(all.format, "csv");
    EXPECT_THAT(all.labels(), UnorderedElementsAre("train/1.png=circle", "test/1.png=square",
                                                   "test/2.png=circle"))
        << testing::PrintToString(all.rejected) << all.error;
}

TEST_F(CsvTest, ManyPicturesOfOneNameAreFoundByTheirPaths) {
    constexpr int count = 50000;
    std::vector<Member> members;
    std::string lines = "path,label\n";
    for (int i = 0; i < count; ++i) {
        members.push_back({fmt::format("ds/{}/image.png", i), "x"});
        lines += fmt::format("{}/image.png,circle\n", i);
    }
    members.push_back({"ds/labels.csv", lines});
    make_zip(path("x.zip"), members);
    // Seconds; past the suite's time limit where each row is compared with each picture.
    const auto all = read("x.zip");
    EXPECT_EQ(all.rejected.size(), std::size_t{count});
    EXPECT_THAT(all.rejected.front(), HasSubstr("neither PNG, JPEG nor WebP"));
}

TEST_F(CsvTest, RowsMayComeInAnyOrderAndAreOneRecordAPicture) {
    constexpr int count = 600;
    const auto bytes = picture(1);
    std::vector<Member> members;
    std::string lines = "path,label,pseudonym\n";
    for (int i = 0; i < count; ++i) members.push_back({fmt::format("ds/p/{:03}.png", i), bytes});
    for (int i = count - 1; i >= 0; --i) lines += fmt::format("p/{0:03}.png,first,who-{0}\n", i);
    for (int i = 0; i < count; i += 2) lines += fmt::format("p/{:03}.png,second,later\n", i);
    lines += "p/none.png,first,\n";
    members.push_back({"ds/labels.csv", lines});
    make_zip(path("x.zip"), members);
    const auto all = read("x.zip");
    ASSERT_EQ(all.records.size(), std::size_t{count});
    for (int i = 0; i < count; ++i) {
        const auto& record = all.records[static_cast<std::size_t>(i)];
        EXPECT_EQ(record.place, fmt::format("ds/labels.csv:{}", count + 1 - i));
        EXPECT_EQ(record.file_name, fmt::format("ds/p/{:03}.png", i));
        EXPECT_EQ(record.pseudonym, fmt::format("who-{}", i));
        EXPECT_EQ(record.labels.size(), i % 2 == 0 ? 2U : 1U);
        EXPECT_EQ(record.disagreed, i % 2 == 0);
    }
    EXPECT_THAT(all.rejected, ElementsAre("ds/labels.csv:902: p/none.png: Its picture is not among "
                                          "the files."));
}

TEST_F(CsvTest, AnExportOfCroquisBringsEverythingBack) {
    file("a.png", picture(1));
    file("b.png", picture(2));
    file("x.csv",
         "path,label,croquis_id,external_id,file_name,created_at,source,pseudonym,reviewed,"
         "tagged_by,tagged_at,predicted,confidence,model\r\n"
         "a.png,star,01890a5d-ac96-774b-bcce-b302099a8057,k1,my/a.png,2023-06-30T10:00:00Z,page,"
         "Zoé,true,ada,2023-07-01T00:00:00Z,circle,0.5,m-1\r\n"
         "b.png,circle,01890a5d-ac96-774b-bcce-b302099a8058,,,2023-06-30T10:00:00Z,page,,false,,,"
         "circle,0.25,m-1\r\n");
    const auto all = read("x.csv");
    ASSERT_EQ(all.records.size(), 2U) << testing::PrintToString(all.rejected) << all.error;
    const auto& first = all.records[0];
    EXPECT_THAT(first.labels, ElementsAre("star"));
    EXPECT_EQ(to_string(first.id.value()), "01890a5d-ac96-774b-bcce-b302099a8057");
    EXPECT_EQ(first.external_id, "k1");
    EXPECT_EQ(first.file_name, "my/a.png");
    EXPECT_EQ(first.pseudonym, "Zoé");
    EXPECT_EQ(first.reviewed.value().by, "ada");
    EXPECT_EQ(to_rfc3339(first.reviewed->at.value()), "2023-07-01T00:00:00.000000Z");
    const auto& second = all.records[1];
    EXPECT_THAT(second.labels, IsEmpty());  // nobody reviewed it: it is the model's
    EXPECT_EQ(second.suggestions.at(0).label, "circle");
    EXPECT_FLOAT_EQ(second.suggestions[0].confidence.value(), 0.25F);
    EXPECT_EQ(second.suggestions[0].model, "m-1");
}

// --- Quick, Draw!

using QuickdrawTest = ReaderTest;

TEST_F(QuickdrawTest, GoodLinesComeAndBadOnesAreNamed) {
    const std::string ok = R"("drawing":[[[0,80,180],[128,20,0]]])";
    file(
        "x.ndjson",
        R"({"word":"circle","key_id":"18446744073709551615","timestamp":"2017-03-01 20:41:36.70725 UTC",)" +
            ok + "}\r\n" + "\n" + R"({"key_id":9007199254740993,)" + ok +
            R"(,"word":" double circle ","extra":{"a":1}})" + "\n" +
            R"({"word":"circle","drawing":[]})" + "\n" +
            R"({"word":"circle","drawing":[[[7],[9]]]})" + "\n" +
            R"({"word":"circle","drawing":[[[0,10,20],[0,10]]]})" + "\n" +
            R"({"word":"circle","drawing":"[[[0, 80], [128, 20]]]"})" + "\n" + R"({"word":null,)" +
            ok + "}\n" + R"({"word":"triangle","drawing":[[[0,128],[255,0]],[]]})" + "\n" +
            R"({"word":"circle","drawing":[[[0,NaN],[0,1]]]})" + "\n" +
            R"({"word":"line","drawing":[[[0,100],[0,1],[1488314496707,1488314496723]]]})" + "\n" +
            R"({"word":"circle","drawing":[[[0,1)");
    const auto all = read("x.ndjson");
    EXPECT_EQ(all.format, "ndjson");
    EXPECT_THAT(all.labels(), ElementsAre("=circle", "=double circle", "=circle", "=circle", "=",
                                          "=triangle", "=line"));
    EXPECT_EQ(all.records[0].external_id, "18446744073709551615");
    EXPECT_EQ(to_rfc3339(all.records[0].created_at.value()), "2017-03-01T20:41:36.707250Z");
    EXPECT_EQ(all.records[1].external_id, "9007199254740993");
    EXPECT_EQ(all.records[1].place, "x.ndjson:3");
    EXPECT_EQ(all.records[5].strokes, "[[[0,128],[255,0]]]");
    EXPECT_EQ(all.records[6].strokes, "[[[0,100],[0,1],[0,16]]]");
    EXPECT_THAT(all.rejected,
                ElementsAre("x.ndjson:4: The drawing has no stroke.", HasSubstr("x.ndjson:6:"),
                            HasSubstr("x.ndjson:10: It is not JSON"), HasSubstr("x.ndjson:12:")));
}

/// Lines are read in blocks of 64 KiB.
TEST_F(QuickdrawTest, LinesAreWholeWhereverABlockEnds) {
    std::string text;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < 60; ++i) {
        const std::string padding(i % 7 == 0 ? 65'490 + i : 3000 + i, 'x');
        names.push_back(std::to_string(i));
        text += R"({"key_id":")" + names.back() + R"(","pad":")" + padding +
                R"(","drawing":[[[0,80],[1,20]]]})" + "\n";
    }
    text.pop_back();
    file("x.ndjson", text);
    auto reader = open_reader(path("x.ndjson"), {}).value();
    for (const auto& name : names) {
        auto item = reader->next().value();
        ASSERT_TRUE(item) << name;
        ASSERT_TRUE(std::holds_alternative<Record>(*item)) << name;
        EXPECT_EQ(std::get<Record>(*item).external_id, name);
    }
    EXPECT_FALSE(reader->next().value());
    EXPECT_EQ(reader->position(), text.size());
}

TEST_F(QuickdrawTest, ManyLongLinesTakeNoMoreThanOne) {
    std::string axis = "0";
    for (std::size_t i = 1; i < 6000; ++i) axis += "," + std::to_string(i);
    std::string text;
    for (std::size_t i = 0; i < 80; ++i)
        text += R"({"drawing":[[[)" + axis + "],[" + axis + "]]]}\n";
    file("x.ndjson", text);
    const auto all = read("x.ndjson");
    ASSERT_EQ(all.records.size(), 80U);
    EXPECT_EQ(all.records.back().strokes, "[[[" + axis + "],[" + axis + "]]]");
}

TEST_F(QuickdrawTest, ALineThatIsTooLongIsPassedOver) {
    const std::string good = R"({"word":"a","drawing":[[[0,80],[1,20]]]})";
    const std::string padding(std::size_t{17} << 20U, 'x');
    file("x.ndjson", good + "\n" + R"({"pad":")" + padding + "\"}\n" + good);
    const auto all = read("x.ndjson");
    EXPECT_EQ(all.records.size(), 2U);
    EXPECT_THAT(all.rejected, ElementsAre(HasSubstr("x.ndjson:2: The line has more than")));
}

TEST_F(QuickdrawTest, ALineOfSpacesIsEmptyUnlessItIsTooLong) {
    const std::string good = R"({"word":"a","drawing":[[[0,80],[1,20]]]})";
    const std::string most(std::size_t{16} << 20U, ' ');
    file("x.ndjson",
         most + "\n" + most + " \n" + good + "\n" + most + "  " + good + "\n" + most + "   ");
    const auto all = read("x.ndjson");
    EXPECT_EQ(all.records.size(), 1U);
    EXPECT_THAT(all.rejected, ElementsAre("x.ndjson:2: The line has more than 16777216 bytes.",
                                          "x.ndjson:4: The line has more than 16777216 bytes.",
                                          "x.ndjson:5: The line has more than 16777216 bytes."));
}

TEST_F(QuickdrawTest, AFolderAndAZipOfFilesAreReadOneAfterTheOther) {
    const std::string line = R"(,"drawing":[[[0,80],[1,20]]]})";
    file("d/a.ndjson", R"({"word":"a")" + line);
    file("d/b.ndjson", R"({"word":"b")" + line + "\n");
    make_zip(path("d.zip"), {{"a.ndjson", R"({"word":"a")" + line, true},
                             {"b.ndjson", R"({"word":"b")" + line, true}});
    EXPECT_THAT(read("d").labels(), ElementsAre("=a", "=b"));
    EXPECT_THAT(read("d.zip").labels(), ElementsAre("=a", "=b"));
}

TEST_F(QuickdrawTest, TheWordMayBeCalledLabel) {
    const std::string line = R"(,"drawing":[[[0,80],[1,20]]]})";
    file("x.ndjson", R"({"label":"a")" + line + "\n" + R"({"word":"b","label":"c")" + line);
    EXPECT_THAT(read("x.ndjson").labels(), ElementsAre("=a", "=b"));
}

// --- Label Studio

using LabelStudioTest = ReaderTest;

std::string choice(const std::string& label, const std::string& control = "shape") {
    return R"({"type":"choices","from_name":")" + control +
           R"(","to_name":"image","value":{"choices":[")" + label + R"("]}})";
}

std::string annotation(const std::string& results, const std::string& more = "") {
    return R"({"result":[)" + results + "]" + more + "}";
}

std::string task(int id, const std::string& image, const std::string& annotations,
                 const std::string& more = "") {
    return fmt::format(R"({{"id":{},"data":{{"image":"{}"}},"annotations":[{}]{}}})", id, image,
                       annotations, more);
}

TEST_F(LabelStudioTest, WhatPeopleSaidIsTheLabel) {
    for (int i = 1; i <= 12; ++i) file(fmt::format("d{}.png", i), picture(i));
    fs::rename(path("d2.png"), path("my dé.png"));
    fs::rename(path("d3.png"), path("0a1b2c3d-d3.png"));
    const auto both = annotation(choice("square")) + "," + annotation(choice("circle"));
    const std::string region =
        R"({"type":"choices","from_name":"shape","value":{"x":1,"y":2,"choices":["circle"]}})";
    const std::vector<std::string> tasks{
        task(1, "/data/upload/1/11111111-d1.png", annotation(choice("circle"))),
        task(2, "/data/local-files/?d=x/my%20d%C3%A9.png", annotation(choice("star"))),
        task(3, "/data/upload/1/0a1b2c3d-d3.png", both),
        task(4, "https://e.invalid/x/d4.png?sig=1",
             both + "," + annotation(choice("star"), R"(,"ground_truth":true)")),
        task(5, "d5.png", annotation(choice("circle"), R"(,"was_cancelled":true)")),
        task(6, "d6.png", "",
             R"(,"predictions":[286,{"model_version":"m","score":0.4,"result":[)" +
                 choice("square") + R"(]},{"score":0.81,"result":[)" + choice("circle") + "]}]"),
        task(7, "d7.png", annotation(choice("circle") + "," + choice("square"))),
        task(8, "d8.png", annotation(region)),
        task(9, "d9.png", annotation(choice("circle") + "," + choice("neat", "quality"))),
        R"({"id":10,"data":{"image":"d10.png"},"completions":[)" +
            annotation(choice("star"), R"(,"skipped":true)") + "," + annotation(choice("circle")) +
            "]}",
        R"({"image":"d11.png"})",
        R"({"id":12,"data":{"note":"nothing"}})",
        task(13, "d12.png", annotation(choice("circle"))).substr(1),  // no object
    };
    file("tasks.json", fmt::format("\xef\xbb\xbf[{}]", fmt::join(tasks, ",\n ")));
    const auto all = read("tasks.json");
    EXPECT_EQ(all.format, "labelstudio");
    EXPECT_THAT(
        all.labels(),
        UnorderedElementsAre("d1.png=circle", "my dé.png=star", "0a1b2c3d-d3.png=square|circle",
                             "d4.png=star", "d5.png=", "d6.png=", "d7.png=circle+square",
                             "d8.png=", "d9.png=circle", "d10.png=circle", "d11.png="))
        << testing::PrintToString(all.rejected) << all.error;
    std::map<std::string, Record> by_name;
    for (const auto& record : all.records) by_name[record.file_name] = record;
    const auto& suggested = by_name["d6.png"].suggestions;
    ASSERT_EQ(suggested.size(), 2U);
    EXPECT_EQ(suggested[0].label, "circle");
    EXPECT_FLOAT_EQ(suggested[0].confidence.value(), 0.81F);
    EXPECT_EQ(suggested[1].model, "m");
    EXPECT_EQ(by_name["d1.png"].external_id, "1");
    // Where the form of the list is lost, what came before it stays.
    EXPECT_THAT(all.rejected, ElementsAre(HasSubstr("task 12: The task has no picture"),
                                          HasSubstr("task 13:"), HasSubstr("task 14:"),
                                          HasSubstr("task 15:"), HasSubstr("tasks.json: line 13")));
}

TEST_F(LabelStudioTest, OfTwoControlsUsedAlikeOneIsAskedFor) {
    file("d1.png", picture(1));
    file("d2.png", picture(2));
    const auto both = [](const std::string& shape) {
        return choice(shape) + "," + choice("neat", "quality");
    };
    const std::string guess = R"(,"predictions":[{"score":0.5,"result":[)" + both("square") + "]}]";
    file("x.json", "[" + task(1, "d1.png", annotation(both("circle")), guess) + "," +
                       task(2, "d2.png", annotation(both("star"))) + "]");
    EXPECT_THAT(read("x.json").error, HasSubstr("\"quality\", \"shape\" could all be meant: say"));
    ReadOptions options;
    options.label_column = "shape";
    const auto all = read("x.json", options);
    EXPECT_THAT(all.labels(), ElementsAre("d1.png=circle", "d2.png=star"));
    ASSERT_EQ(all.records.at(0).suggestions.size(), 1U);  // of that control too
    EXPECT_EQ(all.records[0].suggestions[0].label, "square");
}

TEST(JsonElements, AreCutWithoutBeingParsed) {
    const auto cut = [](const std::string& text) {
        std::istringstream in(text);
        JsonElements elements(in);
        std::vector<std::string> all;
        std::string element;
        for (;;) {
            const auto more = elements.next(element);
            if (!more) all.push_back("error " + more.error().detail);
            if (!more || !*more) return all;
            all.push_back(element);
        }
    };
    EXPECT_THAT(cut(R"( [ {"a":"]}\"{"} , {"b":[1,{}]} ] )"),
                ElementsAre(R"({"a":"]}\"{"})", R"({"b":[1,{}]})"));
    EXPECT_THAT(cut("[]"), IsEmpty());
    EXPECT_THAT(cut(R"({"a":1})"), ElementsAre(R"({"a":1})"));
    EXPECT_THAT(cut("[{},]"), ElementsAre("{}", "error line 1: an object is expected."));
    EXPECT_THAT(cut("[{}\n{}]"), ElementsAre("{}", HasSubstr("error line 2: a comma")));
    EXPECT_THAT(cut("[{"), ElementsAre(HasSubstr("does not end")));
    EXPECT_THAT(cut("7"), ElementsAre(HasSubstr("a list of objects")));
}

TEST_F(ReaderTest, WhatIsNoDataSetIsSaidSo) {
    file("x.bin", "??");
    EXPECT_THAT(read("x.bin").error, HasSubstr("is none of what is read"));
    EXPECT_THAT(read("missing").error, HasSubstr("There is no"));
    file("y.json", "7");
    EXPECT_THAT(read("y.json").error, HasSubstr("a list of objects"));
}

}  // namespace
}  // namespace croquis::dataset
