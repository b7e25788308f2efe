#include "core/spool.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include "support/temp_folder.h"

namespace croquis {
namespace {

namespace fs = std::filesystem;
using testing_support::TempFolder;

std::size_t files_in(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

unsigned mode_of(const fs::path& path) {
    struct stat found {};
    EXPECT_EQ(stat(path.c_str(), &found), 0) << path;
    return found.st_mode & 07777U;
}

class SpoolTest : public testing::Test {
  protected:
    TempFolder folder;
    fs::path place = folder.path() / "uploads";
    std::shared_ptr<Spool> spool = Spool::open(place, 1000);
};

TEST_F(SpoolTest, MakesNoFolderBeforeItIsNeeded) {
    EXPECT_FALSE(fs::exists(place));
    EXPECT_TRUE(spool->kept().empty());
}

TEST_F(SpoolTest, KeepsWhatItIsToldToAndNothingElse) {
    {
        auto file = spool->create();
        ASSERT_TRUE(file);
        ASSERT_TRUE(file->write("hello "));
        ASSERT_TRUE(file->write("there"));
        EXPECT_EQ(file->size(), 11U);
        ASSERT_TRUE(file->keep("job", "a.zip"));
        auto dropped = spool->create();
        ASSERT_TRUE(dropped);
        ASSERT_TRUE(dropped->write("gone"));
        EXPECT_EQ(files_in(place), 2U);
    }
    EXPECT_EQ(files_in(place), 1U) << "what was not kept is gone";
    const auto found = spool->find("job");
    ASSERT_TRUE(found);
    std::ifstream in(*found / "a.zip");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "hello there");
    EXPECT_EQ(spool->kept(), std::vector<std::string>{"job"});
    spool->remove("job");
    EXPECT_EQ(spool->find("job").error().kind, ErrorKind::not_found);
}

TEST_F(SpoolTest, IsItsOwnersAlone) {
    auto file = spool->create();
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->keep("job", "a.zip"));
    EXPECT_EQ(mode_of(place), 0700U);
    EXPECT_EQ(mode_of(place / "job"), 0700U);
    EXPECT_EQ(mode_of(place / "job" / "a.zip"), 0600U);
}

TEST_F(SpoolTest, HoldsItsBoundOverAllFiles) {
    auto first = spool->create();
    auto second = spool->create();
    ASSERT_TRUE(first && second);
    EXPECT_TRUE(first->write(std::string(600, 'x')));
    const auto full = second->write(std::string(401, 'x'));
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().kind, ErrorKind::unavailable);
    EXPECT_TRUE(second->write(std::string(400, 'x'))) << "exactly the bound";
    EXPECT_FALSE(second->write("y"));
}

TEST_F(SpoolTest, CountsWhatIsKeptUntilItIsRemoved) {
    {
        auto file = spool->create();
        ASSERT_TRUE(file && file->write(std::string(1000, 'x')) && file->keep("job", "a"));
    }
    auto next = spool->create();
    ASSERT_TRUE(next);
    EXPECT_FALSE(next->write("y"));
    spool->remove("job");
    auto last = spool->create();
    ASSERT_TRUE(last);
    EXPECT_TRUE(last->write("y"));
}

TEST_F(SpoolTest, BeginsAFileAsFastWhereThousandsAreKept) {
    const auto time_of_many = [&] {
        const auto begun = std::chrono::steady_clock::now();
        for (int i = 0; i < 200; ++i) EXPECT_TRUE(spool->create());
        return std::chrono::steady_clock::now() - begun;
    };
    const auto empty = time_of_many();
    fs::create_directories(place / "job");
    for (int i = 0; i < 5000; ++i) std::ofstream(place / "job" / std::to_string(i)) << "x";
    EXPECT_LT(time_of_many(), 10 * empty + std::chrono::milliseconds(300));
}

TEST_F(SpoolTest, CountsInTheEndWhatOthersKeep) {
    ASSERT_TRUE(spool->create());
    {
        auto others = Spool::open(place, 1000)->create();
        ASSERT_TRUE(others && others->write(std::string(1000, 'x')) && others->keep("job", "a"));
    }
    const auto is_full = [&] {
        auto file = spool->create();
        return file && !file->write("y");
    };
    for (int i = 0; i < 500 && !is_full(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_TRUE(is_full());
}

TEST_F(SpoolTest, GivesBackWhatWasDropped) {
    for (int i = 0; i < 5; ++i) {
        auto file = spool->create();
        ASSERT_TRUE(file && file->write(std::string(900, 'x'))) << i;
    }
}

TEST_F(SpoolTest, TakesNoNameThatLeadsElsewhere) {
    for (const std::string name : {"../b", "/b", "b/", "a//b", "a/../../b", "a/.", "", ".", ".."}) {
        auto file = spool->create();
        ASSERT_TRUE(file);
        EXPECT_EQ(file->keep("job", name).error().kind, ErrorKind::invalid) << name;
        EXPECT_EQ(file->keep(name, "a").error().kind, ErrorKind::invalid) << name;
        EXPECT_FALSE(spool->find(name)) << name;
    }
    auto file = spool->create();
    ASSERT_TRUE(file);
    EXPECT_EQ(file->keep("a/b", "c").error().kind, ErrorKind::invalid) << "an id is no path";
    EXPECT_TRUE(spool->kept().empty());
}

TEST_F(SpoolTest, KeepsFilesOfOneNameInSeveralFolders) {
    for (const std::string name : {"circle/1", "square/1", "square/small/1", "1"}) {
        auto file = spool->create();
        ASSERT_TRUE(file && file->write(name));
        const auto kept = file->keep("job", name);
        ASSERT_TRUE(kept) << kept.error().detail;
        std::ifstream in(place / "job" / name);
        EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), name);
    }
    EXPECT_EQ(mode_of(place / "job" / "square" / "small"), 0700U);
    for (const std::string name : {"square/1", "1/2", "square"}) {
        auto file = spool->create();
        ASSERT_TRUE(file);
        EXPECT_EQ(file->keep("job", name).error().kind, ErrorKind::invalid) << name;
    }
    spool->remove("job");
    EXPECT_FALSE(fs::exists(place / "job"));
}

TEST_F(SpoolTest, MovesWhatIsKeptToAnotherIdAndTakesNobodysPlace) {
    for (const char* id : {"one", "two"}) {
        auto file = spool->create();
        ASSERT_TRUE(file && file->write(id) && file->keep(id, "a/b"));
    }
    EXPECT_EQ(spool->move("one", "two").error().kind, ErrorKind::invalid);
    for (const char* name : {"../x", "", "incoming-x"})
        EXPECT_EQ(spool->move("one", name).error().kind, ErrorKind::invalid) << name;
    EXPECT_EQ(spool->move("none", "x").error().kind, ErrorKind::not_found);
    ASSERT_TRUE(spool->move("one", "three"));
    EXPECT_FALSE(spool->find("one"));
    std::ifstream in(place / "three" / "a" / "b");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "one");
}

TEST_F(SpoolTest, HasRoomAsSoonAsSomethingIsRemoved) {
    auto kept = spool->create();
    ASSERT_TRUE(kept && kept->write(std::string(1000, 'x')) && kept->keep("job", "a"));
    auto next = spool->create();
    ASSERT_TRUE(next);
    EXPECT_EQ(next->write("y").error().code, spool_is_full);
    spool->remove("job");
    EXPECT_TRUE(next->write("y"));
}

TEST_F(SpoolTest, TakesNoOtherFilesPlace) {
    auto first = spool->create();
    auto second = spool->create();
    ASSERT_TRUE(first && second);
    ASSERT_TRUE(first->keep("job", "a"));
    EXPECT_EQ(second->keep("job", "a").error().kind, ErrorKind::invalid);
}

TEST_F(SpoolTest, RemovesWhatADeadProcessWasWritingAndNotWhatALivingOneWrites) {
    auto living = spool->create();
    ASSERT_TRUE(living);
    std::ofstream(place / "incoming-left-over") << "half";
    ASSERT_EQ(files_in(place), 2U);
    const auto next = Spool::open(place, 1000);
    EXPECT_EQ(files_in(place), 1U);
    EXPECT_TRUE(living->write("still here"));
    EXPECT_TRUE(living->keep("job", "a"));
}

TEST_F(SpoolTest, TakesNoPartInWhatProcessesThatStartMeanwhileRemove) {
    ASSERT_TRUE(spool->create());
    std::atomic<bool> done{false};
    std::thread others([&] {
        while (!done) Spool::open(place, 1000);
    });
    std::size_t kept = 0;
    for (int i = 0; i < 1000; ++i) {
        auto file = spool->create();
        if (file && file->keep("one", std::to_string(i))) ++kept;
    }
    done = true;
    others.join();
    EXPECT_EQ(kept, 1000U);
}

TEST_F(SpoolTest, SaysThatItsFolderCannotBeWritten) {
    std::ofstream(folder.path() / "file") << "no folder";
    const auto file = Spool::open(folder.path() / "file" / "uploads", 1000)->create();
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace croquis
