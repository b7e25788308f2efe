#include "learning/dataset/file_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/crc.hpp>

#include "learning/dataset/open_tree.h"
#include "learning/dataset/text.h"
#include "support/temp_folder.h"
#include "unit/dataset/archives.h"

namespace croquis::dataset {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t plenty = std::size_t{1} << 20U;

struct Seen {
    std::vector<std::string> files;    ///< path=bytes
    std::vector<std::string> refused;  ///< path: why
    std::string error;                 ///< of the archive as a whole
};

Seen look(const fs::path& path, const ArchiveLimits& limits = {}) {
    Seen seen;
    const auto tree = open_tree(path, limits);
    if (!tree) return {{}, {}, tree.error().detail};
    auto cursor = (*tree)->open().value();
    for (;;) {
        const auto entry = cursor->next();
        if (!entry) seen.error = entry.error().detail;
        if (!entry || !*entry) return seen;
        if (!(*entry)->refused.empty()) {
            seen.refused.push_back((*entry)->path + ": " + (*entry)->refused);
        } else if (!(*entry)->is_folder) {
            const auto bytes = cursor->read(plenty);
            seen.files.push_back((*entry)->path + "=" +
                                 (bytes ? std::string(as_text(*bytes)) : bytes.error().detail));
        }
    }
}

class FileTreeTest : public testing::Test {
  protected:
    fs::path path(const std::string& name) const { return folder_.path() / name; }

  private:
    testing_support::TempFolder folder_;
};

TEST(TreePath, IsRelativeComposedAndWithinTheData) {
    EXPECT_EQ(tree_path("./a//b/./c.png").value(), "a/b/c.png");
    EXPECT_EQ(tree_path(R"(a\b\c.png)").value(), "a/b/c.png");
    EXPECT_EQ(tree_path("e\xcc\x81toile").value(), "\xc3\xa9toile");  // decomposed é
    EXPECT_EQ(tree_path("a..b/..c").value(), "a..b/..c");
    EXPECT_EQ(tree_path("").value(), "");
    for (const std::string bad :
         {"/etc/passwd", R"(\server\x)", "C:\\x", "c:x", "../x", "a/../../x", R"(a\..\x)", "\xff"})
        EXPECT_FALSE(tree_path(bad)) << bad;
    EXPECT_FALSE(tree_path(std::string("a\0b", 3)));
    EXPECT_TRUE(tree_path(std::string(4096, 'a')));
    EXPECT_FALSE(tree_path(std::string(4097, 'a')));
}

TEST_F(FileTreeTest, AFolderAZipAndATarGzAreReadAlike) {
    write_file(path("folder/b/two.txt"), "2");
    write_file(path("folder/a/one.txt"), "1");
    make_zip(path("x.zip"), {{"a/one.txt", "1"}, {"b/two.txt", "2", true}});
    {
        TarGz tar(path("x.tar.gz"));
        tar.add("a/", "", AE_IFDIR);
        tar.add("./a/one.txt", "1");
        tar.add("b/two.txt", "2");
    }
    for (const char* name : {"folder", "x.zip", "x.tar.gz"}) {
        const auto seen = look(path(name));
        EXPECT_THAT(seen.files, ElementsAre("a/one.txt=1", "b/two.txt=2")) << name;
        EXPECT_THAT(seen.refused, IsEmpty()) << name;
        EXPECT_EQ(seen.error, "") << name;
    }
}

TEST_F(FileTreeTest, WhatLeadsOutOfAnArchiveIsRefusedAndTheRestIsRead) {
    {
        TarGz tar(path("x.tar.gz"));
        tar.add("../above.txt", "x");
        tar.add("/absolute.txt", "x");
        tar.add("link", "/etc/passwd", AE_IFLNK);
        tar.add("good.txt", "fine");
        tar.add_hard_link("hard", "good.txt");
        tar.add("pipe", "", AE_IFIFO);
    }
    const auto seen = look(path("x.tar.gz"));
    EXPECT_THAT(seen.files, ElementsAre("good.txt=fine"));
    EXPECT_THAT(seen.refused,
                ElementsAre(HasSubstr("leads out"), HasSubstr("absolute"), HasSubstr("Links"),
                            HasSubstr("hard: Links"), HasSubstr("neither")));
    EXPECT_EQ(seen.error, "");
    make_zip(path("x.zip"), {{"..\\..\\x", "x"}, {"C:\\x", "x"}, {"ok\\y", "y"}});
    EXPECT_THAT(look(path("x.zip")).files, ElementsAre("ok/y=y"));
    EXPECT_EQ(look(path("x.zip")).refused.size(), 2U);
}

TEST_F(FileTreeTest, LinksInAFolderAreNotFollowed) {
    write_file(path("secret"), "x");
    write_file(path("folder/a"), "1");
    fs::create_symlink(path("secret"), path("folder/b"));
    fs::create_directory_symlink(path(""), path("folder/c"));
    const auto seen = look(path("folder"));
    EXPECT_THAT(seen.files, ElementsAre("a=1"));
    EXPECT_THAT(seen.refused, ElementsAre(HasSubstr("b: Links"), HasSubstr("c: Links")));
}

TEST_F(FileTreeTest, AnArchiveOfTooManyEntriesIsRefused) {
    std::vector<Member> members;
    for (int i = 0; i < 4; ++i) members.push_back({"f" + std::to_string(i), "x"});
    make_zip(path("x.zip"), members);
    {
        TarGz tar(path("x.tar.gz"));
        for (const auto& member : members) tar.add(member.name, member.bytes);
    }
    ArchiveLimits limits;
    limits.max_entries = 3;
    EXPECT_THAT(look(path("x.zip"), limits).error, HasSubstr("more than 3 entries"));
    EXPECT_THAT(look(path("x.zip"), limits).files, IsEmpty());  // found before any is read
    EXPECT_THAT(look(path("x.tar.gz"), limits).error, HasSubstr("more than 3 entries"));
    limits.max_entries = 1;
    for (const auto* archive : {"x.zip", "x.tar.gz"})
        EXPECT_THAT(look(path(archive), limits).error, HasSubstr("more than 1 entry."));
    limits.max_entries = 4;
    EXPECT_EQ(look(path("x.zip"), limits).error, "");
    EXPECT_EQ(look(path("x.tar.gz"), limits).files.size(), 4U);
}

TEST_F(FileTreeTest, ABombIsRefusedWithoutUnpackingIt) {
    const std::string zeros(std::size_t{80} << 20U, '\0');
    make_zip(path("x.zip"), {{"a.png", "fine"}, {"bomb.png", zeros, true}, {"z.png", "z"}});
    ASSERT_LT(fs::file_size(path("x.zip")), 200'000U);
    const auto seen = look(path("x.zip"));
    EXPECT_THAT(seen.error, HasSubstr("times its own size"));
    EXPECT_THAT(seen.files, ElementsAre("a.png=fine"));
    {
        TarGz tar(path("x.tar.gz"));
        tar.add("bomb", zeros);
    }
    EXPECT_THAT(look(path("x.tar.gz")).error, HasSubstr("times its own size"));
    ArchiveLimits limits;
    limits.max_ratio = 100'000;
    limits.max_unpacked_bytes = 1 << 20;
    EXPECT_THAT(look(path("x.zip"), limits).error, HasSubstr("unpacks to more than 1048576"));
}

TEST_F(FileTreeTest, AFileThatIsTooLargeIsSaidSoAndTheNextIsRead) {
    make_zip(path("x.zip"), {{"a", std::string(plenty + 1, 'x')}, {"b", std::string(3, 'y')}});
    EXPECT_THAT(look(path("x.zip")).files,
                ElementsAre("a=It has more than 1048576 bytes.", "b=yyy"));
}

TEST_F(FileTreeTest, ADamagedArchiveSaysSoAfterWhatItGave) {
    {
        TarGz tar(path("x.tar.gz"));
        tar.add("a", "1");
        tar.add("b", std::string(as_text(random_bytes(400'000))));  // libarchive reads 64 KiB ahead
    }
    std::error_code failed;
    fs::resize_file(path("x.tar.gz"), fs::file_size(path("x.tar.gz")) / 2, failed);
    const auto seen = look(path("x.tar.gz"));
    ASSERT_FALSE(seen.files.empty());
    EXPECT_EQ(seen.files.front(), "a=1");
    EXPECT_THAT(seen.error, HasSubstr("damaged or cut short"));
    write_file(path("x.txt"), "no archive");
    EXPECT_THAT(look(path("x.txt")).error, HasSubstr("neither a folder, nor a zip"));
    EXPECT_THAT(look(path("nothing")).error, HasSubstr("There is no"));
}

/// A zip of one stored file whose name is in no announced character set.
std::string zip_with_name(const std::string& name, const std::string& bytes) {
    const auto number = [](std::uint64_t value, int count) {
        std::string text;
        for (int i = 0; i < count; ++i, value >>= 8) text.push_back(static_cast<char>(value & 255));
        return text;
    };
    boost::crc_32_type crc;
    crc.process_bytes(bytes.data(), bytes.size());
    const std::string common = number(10, 2) + number(0, 2) + number(0, 2) + number(0, 4) +
                               number(crc.checksum(), 4) + number(bytes.size(), 4) +
                               number(bytes.size(), 4) + number(name.size(), 2) + number(0, 2);
    const std::string local = "PK\x03\x04" + common + name + bytes;
    const std::string central = "PK\x01\x02" + number(20, 2) + common + number(0, 2) +
                                number(0, 2) + number(0, 2) + number(0, 4) + number(0, 4) + name;
    return local + central + "PK\x05\x06" + number(0, 4) + number(1, 2) + number(1, 2) +
           number(central.size(), 4) + number(local.size(), 4) + number(0, 2);
}

TEST_F(FileTreeTest, NamesThatAreNotUtf8AreReadInTheGivenCharset) {
    write_file(path("dos.zip"), zip_with_name("\x82toile/a", "x"));
    EXPECT_THAT(look(path("dos.zip")).files, ElementsAre("étoile/a=x"));
    write_file(path("gbk.zip"), zip_with_name("\xd4\xb2\xd0\xce/a", "x"));
    ArchiveLimits limits;
    limits.name_charset = "GBK";
    EXPECT_THAT(look(path("gbk.zip"), limits).files, ElementsAre("圆形/a=x"));
    write_file(path("utf8.zip"), zip_with_name("étoile/a", "x"));
    EXPECT_THAT(look(path("utf8.zip"), limits).files, ElementsAre("étoile/a=x"));
}

TEST_F(FileTreeTest, TheSameDataMakesTheSameZip) {
    const std::vector<Member> members{{"été/a.png", picture()},
                                      {"labels.csv", "path,label\r\n", true}};
    make_zip(path("a.zip"), members);
    setenv("TZ", "Asia/Kolkata", 1);
    tzset();
    make_zip(path("b.zip"), members);
    unsetenv("TZ");
    tzset();
    const auto bytes = [](const fs::path& file) {
        std::ifstream in(file, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    EXPECT_EQ(bytes(path("a.zip")), bytes(path("b.zip")));
    EXPECT_THAT(look(path("a.zip")).files.front(), HasSubstr("été/a.png="));
}

TEST(Names, AreTakenApartAtTheirLastDotAndSlash) {
    EXPECT_EQ(base_name("a/b.c.png"), "b.c.png");
    EXPECT_EQ(stem("a/b.c.png"), "b.c");
    EXPECT_EQ(extension("a.x/b.PNG"), ".png");
    EXPECT_EQ(extension("a.x/b"), "");
    EXPECT_EQ(parent_path("a/b/c"), "a/b");
    EXPECT_TRUE(is_litter("a/__MACOSX/b"));
    EXPECT_TRUE(is_litter("a/._b.png"));
    EXPECT_FALSE(is_litter("a/b_MACOSX.png"));
}

TEST(Text, PercentEscapesAndLabels) {
    EXPECT_EQ(percent_decoded("a%20b%C3%A9%zz%4"), "a bé%zz%4");
    EXPECT_EQ(to_label("  007\r\n").value(), "007");
    EXPECT_EQ(to_label(" e\xcc\x81 ").value(), "é");
    EXPECT_FALSE(to_label("\xff"));
    EXPECT_EQ(case_folded("ÉTOILE"), case_folded("étoile"));
    EXPECT_FALSE(to_utf8("x", "NO-SUCH-CHARSET"));
}

}  // namespace
}  // namespace croquis::dataset
