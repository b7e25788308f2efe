#include "core/files.h"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temp_folder.h"

namespace croquis {
namespace {

TEST(ReadFile, GivesEveryByteUpToTheLimit) {
    const testing_support::TempFolder scratch;
    const auto path = scratch.path() / "a";
    const std::string bytes("a\0\r\n\xff", 5);
    std::ofstream(path, std::ios::binary) << bytes;
    EXPECT_EQ(read_file(path, 5, "model").value(), bytes);
    const auto larger = read_file(path, 4, "model");
    ASSERT_FALSE(larger);
    EXPECT_EQ(larger.error().kind, ErrorKind::too_large);
    EXPECT_EQ(larger.error().field, "model");
}

TEST(ReadFile, IsNotFoundWhereThereIsNothingToRead) {
    const testing_support::TempFolder scratch;
    const auto none = read_file(scratch.path() / "none", 5, "card");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, ErrorKind::not_found);
    EXPECT_EQ(none.error().field, "card");
    EXPECT_EQ(read_file(scratch.path(), 5, "card").error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace croquis
