#include "core/private_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "support/temp_folder.h"

namespace croquis {
namespace {

class PrivateFiles : public testing::Test {
  protected:
    std::filesystem::path file(mode_t mode) {
        const auto path = folder_.path() / std::to_string(count_++);
        std::ofstream(path) << "text";
        EXPECT_EQ(chmod(path.c_str(), mode), 0);
        return path;
    }
    static mode_t mode_of(const std::filesystem::path& path) {
        struct stat found {};
        EXPECT_EQ(stat(path.c_str(), &found), 0);
        return found.st_mode & 07777;
    }

    testing_support::TempFolder folder_;
    int count_ = 0;
};

TEST_F(PrivateFiles, AreRefusedWhereOthersCanReadOrChangeThem) {
    for (const mode_t open : {0644, 0604, 0606, 0640, 0660, 0620, 0602, 0777, 0444}) {
        const auto path = file(open);
        EXPECT_TRUE(open_to_others(path)) << open;
        const auto refused = check_secret_file(path, "secret_file");
        // Root's file that its group can read is let pass for others than root.
        if (geteuid() != 0 && open == 0640) continue;
        ASSERT_FALSE(refused) << open;
        EXPECT_EQ(refused.error().field, "secret_file");
        EXPECT_NE(refused.error().detail.find("chmod 600"), std::string::npos);
    }
    for (const mode_t closed : {0600, 0400, 0700}) {
        const auto path = file(closed);
        EXPECT_FALSE(open_to_others(path)) << closed;
        EXPECT_TRUE(check_secret_file(path, "secret_file")) << closed;
    }
    EXPECT_FALSE(open_to_others(folder_.path() / "none"));
    EXPECT_TRUE(check_secret_file(folder_.path() / "none", "secret_file"));
}

TEST_F(PrivateFiles, AreMadeForTheirOwnerAloneWhateverTheMask) {
    const auto path = folder_.path() / "new";
    const auto mask = umask(0);
    make_private_file(path);
    umask(mask);
    EXPECT_EQ(mode_of(path), 0600u);
    const auto present = file(0644);
    make_private_file(present);
    EXPECT_EQ(mode_of(present), 0644u);
    EXPECT_EQ(std::filesystem::file_size(present), 4u);
    make_private_file(folder_.path() / "no" / "folder");
}

TEST_F(PrivateFiles, AreClosedToOthers) {
    const auto path = file(0664);
    EXPECT_TRUE(close_to_others(path));
    EXPECT_EQ(mode_of(path), 0600u);
    EXPECT_FALSE(close_to_others(path));
    EXPECT_FALSE(close_to_others(folder_.path() / "none"));
}

}  // namespace
}  // namespace croquis
