#include "core/new_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <string>

#include "support/temp_folder.h"

namespace croquis {
namespace {

using Readers = NewFile::Readers;

class NewFileTest : public testing::Test {
  protected:
    std::filesystem::path path(const std::string& name) { return folder_.path() / name; }
    void put(const std::string& name, const std::string& text) {
        std::ofstream(path(name)) << text;
    }
    std::string text_of(const std::string& name) {
        std::ifstream in(path(name));
        return {std::istreambuf_iterator<char>(in), {}};
    }
    bool is_there(const std::string& name) { return std::filesystem::exists(path(name)); }
    mode_t mode_of(const std::string& name) {
        struct stat found {};
        EXPECT_EQ(stat(path(name).c_str(), &found), 0);
        return found.st_mode & 07777;
    }

    testing_support::TempFolder folder_;
};

TEST_F(NewFileTest, HasItsNameOnceItIsKept) {
    put("a", "old");
    NewFile file(path("a"), Readers::owner);
    ASSERT_FALSE(file.make());
    EXPECT_EQ(file.partial(), path("a.partial"));
    std::ofstream(file.partial()) << "new";
    EXPECT_EQ(text_of("a"), "old");
    ASSERT_FALSE(file.keep());
    EXPECT_EQ(text_of("a"), "new");
    EXPECT_FALSE(is_there("a.partial"));
}

TEST_F(NewFileTest, IsGoneWhereItIsNotKept) {
    put("a", "old");
    {
        NewFile file(path("a"), Readers::owner);
        ASSERT_FALSE(file.make());
        put("a.partial-journal", "of SQLite");
    }
    EXPECT_EQ(text_of("a"), "old");
    EXPECT_FALSE(is_there("a.partial"));
    EXPECT_FALSE(is_there("a.partial-journal"));
}

TEST_F(NewFileTest, BeginsEmptyWhateverAnEarlierOneLeft) {
    put("a.partial", "half");
    put("a.partial-wal", "of SQLite");
    NewFile file(path("a"), Readers::owner);
    ASSERT_FALSE(file.make());
    EXPECT_EQ(text_of("a.partial"), "");
    EXPECT_FALSE(is_there("a.partial-wal"));
}

TEST_F(NewFileTest, CanBeReadByItsOwnerAloneOrByWhomTheUmaskLets) {
    const auto before = umask(022);
    ASSERT_FALSE(write_whole(path("own"), as_bytes("x"), Readers::owner));
    ASSERT_FALSE(write_whole(path("usual"), as_bytes("x"), Readers::as_usual));
    umask(before);
    EXPECT_EQ(mode_of("own"), 0600U);
    EXPECT_EQ(mode_of("usual"), 0644U);
}

TEST_F(NewFileTest, SaysWhyItCannotBe) {
    NewFile file(path("none/a"), Readers::owner);
    EXPECT_EQ(file.make(), std::errc::no_such_file_or_directory);
    EXPECT_TRUE(file.keep());
    EXPECT_EQ(write_whole(path("none/a"), as_bytes("x"), Readers::owner),
              std::errc::no_such_file_or_directory);
    // No file takes a folder's name.
    std::filesystem::create_directories(path("folder/in"));
    EXPECT_TRUE(write_whole(path("folder"), as_bytes("x"), Readers::owner));
    EXPECT_TRUE(is_there("folder/in"));
    EXPECT_FALSE(is_there("folder.partial"));
}

TEST_F(NewFileTest, IsWrittenWhole) {
    const std::string text(3'000'000, 'x');
    ASSERT_FALSE(write_whole(path("a"), as_bytes(text), Readers::owner));
    EXPECT_EQ(text_of("a"), text);
}

}  // namespace
}  // namespace croquis
