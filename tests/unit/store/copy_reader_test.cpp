#include "store/postgres/copy_reader.h"

#include <gtest/gtest.h>

namespace croquis::store::postgres {
namespace {

const std::string script =
    "SET x = 1;\nCOPY somewhere;\nCOPY public.schema_migration (version, name, checksum) FROM "
    "stdin;\n1\tfirst\tabc\n2\tsecond\tdef\n\\.\n\nCOPY public.drawing (id) FROM "
    "stdin;\n\\\\.\n\n" +
    std::string(5000, 'f') +
    "\nCOPY public.label (name) FROM stdin;\n\\.\nCOPY public.claim (a) "
    "FROM stdin;\n\\.\n";

TEST(CopyReader, CountsRowsHoweverTheScriptIsCut) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{100000}}) {
        CopyReader reader;
        for (std::size_t at = 0; at < script.size(); at += size)
            reader.add(std::string_view(script).substr(at, size));
        const std::map<std::string, std::int64_t> expected{
            {"schema_migration", 2}, {"drawing", 4}, {"claim", 0}};
        EXPECT_EQ(reader.rows(), expected) << size;
        ASSERT_EQ(reader.migrations().size(), 2U);
        EXPECT_EQ(reader.migrations()[1].version, 2);
        EXPECT_EQ(reader.migrations()[1].checksum, "def");
        EXPECT_EQ(reader.full_names().at("drawing"), "public.drawing");
    }
}

}  // namespace
}  // namespace croquis::store::postgres
