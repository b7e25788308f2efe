#include "learning/dataset/people.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "core/bytes.h"
#include "drawing/decode.h"
#include "learning/dataset/archive.h"
#include "learning/dataset/fingerprint.h"
#include "support/folders.h"
#include "support/temp_folder.h"

namespace croquis::learning {
namespace {

namespace fs = std::filesystem;

/// Writes a .tar.gz of files, or, with a single one named "", that file compressed alone.
void write_archive(const fs::path& path, const std::map<std::string, std::string>& files) {
    fs::create_directories(path.parent_path());
    auto* const out = archive_write_new();
    archive_write_add_filter_gzip(out);
    const bool alone = files.begin()->first.empty();
    if (alone)
        archive_write_set_format_raw(out);
    else
        archive_write_set_format_ustar(out);
    ASSERT_EQ(archive_write_open_filename(out, path.c_str()), ARCHIVE_OK);
    for (const auto& [name, content] : files) {
        auto* const entry = archive_entry_new();
        archive_entry_set_pathname(entry, alone ? "data" : name.c_str());
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
        archive_write_header(out, entry);
        archive_write_data(out, content.data(), content.size());
        archive_entry_free(entry);
    }
    archive_write_free(out);
}

std::string line(const std::string& word, const std::string& id, const std::string& more = "") {
    return fmt::format(R"({{"word":"{}","key_id":"{}"{},"drawing":[[[0,90,40],[0,10,80]]]}})", word,
                       id, more) +
           "\n";
}

/// A white stroke on black, 28 pixels, as the small pictures are.
std::string small_picture() {
    drawing::Image image{28, 28, 1, std::vector<std::uint8_t>(28 * 28, 0)};
    for (std::size_t x = 4; x < 24; ++x) image.pixels[14 * 28 + x] = 255;
    const auto png = drawing::encode_png(image);
    return {png->begin(), png->end()};
}

class PeopleFolder : public testing::Test {
  protected:
    void write(const std::string& name, const std::string& content) const {
        fs::create_directories((folder.path() / name).parent_path());
        std::ofstream(folder.path() / name, std::ios::binary) << content;
    }
    void compress(const std::string& name, const std::map<std::string, std::string>& files) const {
        write_archive(folder.path() / name, files);
    }
    [[nodiscard]] People read() const {
        auto people = read_people(folder.path());
        EXPECT_TRUE(people) << people.error().detail;
        return people ? std::move(*people) : People{};
    }

    testing_support::TempFolder folder;
};

TEST_F(PeopleFolder, SaysWhereThereIsNothing) {
    EXPECT_EQ(read_people(folder.path()).error().kind, ErrorKind::not_found);
    EXPECT_EQ(read_people(folder.path() / "nowhere").error().kind, ErrorKind::not_found);
}

TEST_F(PeopleFolder, ReadsADrawingOfTheGameOnce) {
    write("quickdraw/circle.ndjson", line("circle", "1") + line("circle", "2"));
    compress("quickdraw-345/drawings.ndjson.gz",
             {{"", line("circle", "1") + line("cat", "3") +
                       line("cat", "4", R"(,"recognized":false)")}});
    const auto people = read();
    ASSERT_EQ(people.drawings.size(), 3U);
    EXPECT_EQ(people.drawings[0].label, "circle");
    EXPECT_EQ(people.drawings[2].label, "unknown");
    EXPECT_EQ(people.drawings[2].category, "cat");
    EXPECT_EQ(people.drawings[2].source, "quickdraw");
    ASSERT_EQ(people.files.size(), 2U);
    EXPECT_EQ(people.files[1].name, "quickdraw-345/drawings.ndjson.gz");
    EXPECT_EQ(people.files[1].drawings, 1U);
    EXPECT_EQ(people.files[1].sha256.size(), 64U);
}

TEST_F(PeopleFolder, TurnsLightInkOnDarkAround) {
    compress("quickdraw-28px/drawings.tar.gz", {{"cat/0001.png", small_picture()}});
    const auto people = read();
    ASSERT_EQ(people.drawings.size(), 1U);
    const auto& drawn = people.drawings[0];
    EXPECT_EQ(drawn.id, "quickdraw-28px/cat/0001.png");
    EXPECT_EQ(drawn.picture.pixels.front(), 255);
    EXPECT_EQ(drawn.picture.pixels[14 * 28 + 10], 0);
    EXPECT_TRUE(to_input(drawn));
    // By which the same file is known again, whoever reads it.
    const auto file = small_picture();
    EXPECT_EQ(fingerprint(drawn.picture),
              fingerprint(dark_on_light(drawing::decode(as_bytes(file)).value().image)));
    EXPECT_EQ(fingerprint(drawn.picture).size(), 24U);
}

TEST_F(PeopleFolder, TakesAProjectsDrawingsByStrokesOrPicture) {
    drawing::Image wide{600, 300, 4, std::vector<std::uint8_t>(600 * 300 * 4, 0)};  // transparent
    for (std::size_t i = 100 * 600; i < 200 * 600; ++i) wide.pixels[4 * i + 3] = 255;
    const auto png = drawing::encode_png(wide).value();
    const auto pictured =
        fmt::format(R"({{"key_id":"b","word":"cat","picture":"{}"}})", to_base64(png)) + "\n";
    write("project/drawings.ndjson", line("circle", "a") + pictured + line("unknown", "c"));
    auto people = read();
    ASSERT_EQ(people.drawings.size(), 3U);
    EXPECT_EQ(people.drawings[0].source, "project");
    EXPECT_EQ(people.drawings[0].label, "circle");
    EXPECT_EQ(people.drawings[0].category, "circle");
    const auto& cat = people.drawings[1];
    EXPECT_EQ(cat.label, "unknown");
    EXPECT_EQ(cat.category, "cat");
    ASSERT_EQ(cat.picture.width, 200);
    ASSERT_EQ(cat.picture.height, 100);
    EXPECT_EQ(cat.picture.pixels.front(), 255);
    EXPECT_EQ(cat.picture.pixels[50 * 200 + 10], 0);
    EXPECT_TRUE(to_input(cat));
    EXPECT_EQ(people.drawings[2].label, "unknown");
    EXPECT_EQ(people.drawings[2].category, "");
    // Whatever few labels a project has, none is kept unseen.
    EXPECT_TRUE(people.unseen.empty());
    write("project/drawings.ndjson", R"({"key_id":"b","word":"cat","picture":"x"})");
    EXPECT_EQ(read_people(folder.path()).error().kind, ErrorKind::malformed);
}

TEST_F(PeopleFolder, KnowsShapesAmongSigns) {
    compress("detexify/shapes.ndjson.gz",
             {{"", line("arrow", "detexify:100", R"(,"symbol":"latex2e:downarrow")")}});
    compress("detexify/symbols.ndjson.gz", {{"", line("latex2e:downarrow", "detexify:100") +
                                                     line("latex2e:Rightarrow", "detexify:101") +
                                                     line("latex2e:circ", "detexify:102") +
                                                     line("latex2e:alpha", "detexify:103")}});
    const auto people = read();
    ASSERT_EQ(people.drawings.size(), 4U);
    EXPECT_EQ(people.drawings[0].category, "arrow");
    EXPECT_EQ(people.drawings[1].label, "arrow");
    EXPECT_EQ(people.drawings[2].label, "");
    EXPECT_EQ(people.drawings[2].category, "sign circ");
    EXPECT_EQ(people.drawings[3].label, "unknown");
    // What follows closely is likely by the same hand.
    for (const auto& drawn : people.drawings) EXPECT_EQ(drawn.use, people.drawings[0].use);
}

TEST_F(PeopleFolder, KeepsWholePeopleToJudge) {
    std::map<std::string, std::string> files;
    for (const auto* person : {"u01", "u08", "u09", "u10"})
        files[fmt::format("heart/{}_other.{}.0001.png", person, person)] = small_picture();
    compress("hds/drawings.tar.gz", files);
    const auto people = read();
    ASSERT_EQ(people.drawings.size(), 4U);
    for (const auto& drawn : people.drawings) {
        const bool judges =
            drawn.id.find("u09") != drawn.id.npos || drawn.id.find("u10") != drawn.id.npos;
        EXPECT_EQ(drawn.use, judges ? Use::judge : Use::learn) << drawn.id;
        EXPECT_EQ(drawn.label, "heart");
    }
}

TEST_F(PeopleFolder, LearnsNothingWhoseLicenceIsNotSaid) {
    compress("tu-berlin-40/drawings.tar.gz", {{"cat/1.png", small_picture()}});
    EXPECT_EQ(read().drawings.front().use, Use::judge);
}

TEST_F(PeopleFolder, MarksLettersAsDoubtful) {
    compress("omniglot/characters.ndjson.gz",
             {{"", line("omniglot_character", "omniglot:train:0") +
                       line("omniglot_character", "omniglot:test:0")}});
    const auto people = read();
    EXPECT_TRUE(people.drawings[0].doubtful);
    EXPECT_EQ(people.drawings[0].use, Use::learn);
    EXPECT_EQ(people.drawings[1].use, Use::judge);
    EXPECT_TRUE(people.drawings[0].category.empty());
}

TEST_F(PeopleFolder, KeepsSomeCategoriesUnseenInEverySet) {
    std::string strokes;
    std::map<std::string, std::string> pictures;
    for (int i = 0; i < 100; ++i) {
        strokes += line(fmt::format("thing {}", i), std::to_string(i));
        pictures[fmt::format("thing {}/0001.png", i)] = small_picture();
    }
    strokes += line("circle", "1000");
    compress("quickdraw-345/drawings.ndjson.gz", {{"", strokes}});
    compress("quickdraw-28px/drawings.tar.gz", pictures);
    const auto people = read();
    const std::set<std::string> unseen(people.unseen.begin(), people.unseen.end());
    EXPECT_EQ(unseen.size(), unseen_categories);
    EXPECT_FALSE(unseen.contains("circle"));
    for (const auto& drawn : people.drawings)
        if (drawn.category != "circle") {
            EXPECT_EQ(drawn.use == Use::judge, unseen.contains(drawn.category)) << drawn.category;
        }
    EXPECT_EQ(read().unseen, people.unseen);
}

TEST_F(PeopleFolder, DealsShapesOutForGood) {
    std::string lines;
    for (int i = 0; i < 500; ++i) lines += line("star", std::to_string(5'000'000 + i));
    write("quickdraw/star.ndjson", lines);
    const auto people = read();
    const auto judged = std::count_if(people.drawings.begin(), people.drawings.end(),
                                      [](const auto& d) { return d.use == Use::judge; });
    EXPECT_GT(judged, 60);
    EXPECT_LT(judged, 140);
}

TEST_F(PeopleFolder, LeavesAWholeSourceOut) {
    std::string many;
    for (int i = 0; i < 40; ++i) many += line("latex2e:alpha", "detexify:" + std::to_string(i));
    compress("detexify/symbols.ndjson.gz", {{"", many}});
    compress("omniglot/characters.ndjson.gz",
             {{"", line("omniglot_character", "omniglot:train:1")}});
    auto people = read();
    ASSERT_EQ(people.drawings.size(), 41U);
    EXPECT_EQ(leave_out(people, "no such set"), 0U);
    EXPECT_EQ(leave_out(people, "detexify"), 40U);
    for (const auto& drawn : people.drawings)
        EXPECT_EQ(drawn.use, drawn.source == "detexify" ? Use::judge : Use::learn) << drawn.id;
}

TEST_F(PeopleFolder, LeavesAllFormsOfTheSameDrawingsOutTogether) {
    write("quickdraw/star.ndjson", line("star", "1"));
    compress("quickdraw-345/drawings.ndjson.gz", {{"", line("apple", "2") + line("axe", "3")}});
    compress("quickdraw-28px/drawings.tar.gz", {{"apple/0001.png", small_picture()}});
    compress("hds/drawings.tar.gz", {{"heart/u01_other.u01.0001.png", small_picture()}});
    for (const auto* name : {"quickdraw", "quickdraw-345", "quickdraw-28px"}) {
        auto people = read();
        EXPECT_EQ(leave_out(people, name), 4U) << name;
        for (const auto& drawn : people.drawings)
            EXPECT_EQ(drawn.use, drawn.source == "hds" ? Use::learn : Use::judge) << drawn.id;
    }
    auto people = read();
    EXPECT_EQ(leave_out(people, "quick"), 0U);
}

TEST(PeopleSets, AreAsTheDocumentHasThem) {
    std::ifstream in(testing_support::source_folder() + "/docs/data.md");
    const std::string text(std::istreambuf_iterator<char>(in), {});
    for (const auto* name :
         {"quickdraw", "quickdraw-28px", "detexify", "hds", "omniglot", "tu-berlin-40"}) {
        const auto* set = people_set(name);
        ASSERT_NE(set, nullptr) << name;
        const auto begin = text.find(fmt::format("\n| `{}`", name));
        ASSERT_NE(begin, std::string::npos) << name;
        const auto row = text.substr(begin + 1, text.find('\n', begin + 1) - begin - 1);
        EXPECT_THAT(row, testing::HasSubstr(fmt::format("| {}", set->licence))) << name;
    }
    EXPECT_EQ(people_set("project"), nullptr);
}

TEST_F(PeopleFolder, NamesTheFileThatIsDamaged) {
    compress("quickdraw-345/drawings.ndjson.gz", {{"", "{\"word\":1}\n"}});
    const auto read = read_people(folder.path());
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, ErrorKind::malformed);
    EXPECT_THAT(read.error().detail, testing::HasSubstr("quickdraw-345/drawings.ndjson.gz"));
    write("quickdraw-345/drawings.ndjson.gz", "\x1f\x8b not gzip");
    EXPECT_FALSE(read_people(folder.path()));
    compress("quickdraw-345/drawings.ndjson.gz", {{"", line("cat", "1")}});
    compress("hds/drawings.tar.gz", {{"heart/u01_x.png", "no picture"}});
    EXPECT_EQ(read_people(folder.path()).error().kind, ErrorKind::malformed);
}

TEST(PeopleSets, SayWhatTheirHandsAre) {
    EXPECT_EQ(counted_hands("hds", 2), "2 people");
    EXPECT_EQ(hands_of("omniglot"), "");
    EXPECT_EQ(counted_hands("omniglot", 20), "20 hands");
    EXPECT_EQ(counted_hands("none of them", 3), "3 hands");
}

TEST(Archive, GivesFilesInOrder) {
    const testing_support::TempFolder folder;
    write_archive(folder.path() / "a.tar.gz", {{"x/1", "one"}, {"x/2", std::string(200'000, 'z')}});
    std::vector<std::string> names;
    std::size_t bytes = 0;
    ASSERT_TRUE(dataset::read_archive(folder.path() / "a.tar.gz",
                                      [&](const auto& name, const auto& content) {
                                          names.push_back(name);
                                          bytes += content.size();
                                          return Result<void>();
                                      }));
    EXPECT_EQ(names, (std::vector<std::string>{"x/1", "x/2"}));
    EXPECT_EQ(bytes, 200'003U);
    const auto refuses = [](const auto&, const auto&) {
        return Result<void>(Error{ErrorKind::invalid, "enough"});
    };
    EXPECT_EQ(dataset::read_archive(folder.path() / "a.tar.gz", refuses).error().detail, "enough");
    EXPECT_EQ(dataset::read_archive(folder.path() / "b.tar.gz", refuses).error().kind,
              ErrorKind::not_found);
}

}  // namespace
}  // namespace croquis::learning
