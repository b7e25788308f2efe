#include "store/sqlite/checkpointer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "support/temp_folder.h"

namespace croquis::store::sqlite {
namespace {

constexpr std::uintmax_t page = 4096 + 24;  // in the log each has a header

/// Commits of a page or two, one after another, with a log that is to begin anew at 400 pages.
class CheckpointerTest : public ::testing::Test {
  protected:
    CheckpointerTest() {
        writer_.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL)");
        checkpointer_.watch(writer_);
    }

    void commit(int count) {
        for (int i = 0; i < count; ++i) {
            Transaction transaction(writer_);
            writer_.run("INSERT INTO t (bytes) VALUES (zeroblob(3000))");
            transaction.commit();
        }
    }

    /// Commits until the log has begun anew: its file does not grow then.
    bool begins_anew(int within) {
        const auto before = log_bytes();
        for (int i = 0; i < within; ++i) {
            commit(1);
            if (log_bytes() < before) return true;
        }
        return false;
    }

    [[nodiscard]] std::uintmax_t log_bytes() const {
        return std::filesystem::file_size(path_ + "-wal");
    }
    std::int64_t rows(Connection& connection) {
        auto counted = connection.query("SELECT count(*) FROM t");
        counted.step();
        return counted.integer(0);
    }

    testing_support::TempFolder folder_;
    std::string path_ = (folder_.path() / "test.db").string();
    Connection writer_{path_, Mode::read_write};
    Checkpointer checkpointer_{path_, LogSizes{100, 400, 40}};
};

TEST_F(CheckpointerTest, UnderALoadThatNeverPausesTheLogStaysSmall) {
    std::uintmax_t largest = 0;
    for (int i = 0; i < 40; ++i) {
        commit(100);
        largest = std::max(largest, log_bytes());
    }
    EXPECT_GT(largest, 100 * page);
    EXPECT_LT(largest, 810 * page);
    EXPECT_EQ(rows(writer_), 4000);
}

TEST_F(CheckpointerTest, WhatTheLogHeldIsInTheDatabase) {
    commit(1000);
    const auto in_database = std::filesystem::file_size(path_);
    EXPECT_GT(in_database, 400U * 4096);
}

TEST_F(CheckpointerTest, AReaderKeepsWhatItSees) {
    Connection reader(path_, Mode::read_only);
    commit(10);
    reader.execute("BEGIN");
    EXPECT_EQ(rows(reader), 10);
    commit(2000);
    EXPECT_EQ(rows(reader), 10);
    EXPECT_GT(log_bytes(), 2000 * page);
    reader.execute("COMMIT");
    EXPECT_EQ(rows(reader), 2010);
    // Once nobody needs the old pages, the log is written from its beginning again.
    writer_.execute("PRAGMA journal_size_limit = 409600");
    EXPECT_TRUE(begins_anew(2000));
}

TEST_F(CheckpointerTest, AnotherProcessMayCopyTheLogToo) {
    Connection other(path_, Mode::read_write);
    Checkpointer others(path_, LogSizes{100, 400, 40});
    others.watch(other);
    for (int i = 0; i < 20; ++i) {
        commit(50);
        for (int k = 0; k < 50; ++k) other.run("INSERT INTO t (bytes) VALUES (zeroblob(3000))");
    }
    EXPECT_EQ(rows(other), 2000);
    EXPECT_LT(log_bytes(), 1700 * page);
}

TEST_F(CheckpointerTest, IsStoppedWhileTheLogIsCopied) {
    commit(150);
    checkpointer_.stop();
    EXPECT_EQ(rows(writer_), 150);
}

}  // namespace
}  // namespace croquis::store::sqlite
