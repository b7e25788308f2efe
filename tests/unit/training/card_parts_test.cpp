#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "learning/training/left_out.h"
#include "learning/training/making.h"
#include "support/temp_folder.h"

namespace croquis::learning {
namespace {

Making some_making() {
    Making made;
    made.training.seed = 5;
    made.training.steps = 300;
    made.training.batch = 64;
    made.training.loaders = 3;
    made.threads = 2;
    made.result.last_loss = 0.5;
    made.files = {{"quickdraw/apple.ndjson", "ab12", 60}};
    return made;
}

TEST(Making, IsReadAsItWasWritten) {
    auto made = some_making();
    made.begun_with = "cd34";
    made.whitened_by = 2048;
    const auto written = to_json(made);
    auto again = to_json(making_from(written));
    EXPECT_EQ(again, written);
    EXPECT_EQ(written.at("samples"), 300 * 64);
}

TEST(Making, StaysTheSameThroughACardsFile) {
    auto made = some_making();
    made.result.last_loss = 1.9844356377919514;
    const auto written = boost::json::serialize(to_json(made));
    const auto read = boost::json::parse(written).as_object();
    EXPECT_EQ(boost::json::serialize(to_json(making_from(read))), written);
}

TEST(Making, HasTheCommandThatGivesItAgain) {
    auto made = some_making();
    EXPECT_EQ(command_of(made),
              "croquis-train --seed 5 --batch 64 --steps 300 --threads 2 --people DIR");
    made.files.clear();
    made.resumed = true;  // it does not say how many threads there were before
    made.begun_with = "cd34";
    EXPECT_EQ(command_of(made),
              "croquis-train --seed 5 --batch 64 --steps 300 --begin-with MODEL.onnx");
    made.result.on_gpu = true;
    EXPECT_EQ(command_of(made),
              "croquis-train --seed 5 --batch 64 --steps 300 --device cuda "
              "--begin-with MODEL.onnx");
}

class LeftOutRows : public testing::Test {
  protected:
    void write(const Making& made) {
        LeftOut left_out{"omniglot", {"omniglot"}, made, {}};
        ASSERT_TRUE(write_left_out(folder_.path(), left_out));
    }
    std::string differs() {
        const auto rows = read_left_out(folder_.path(), to_json(some_making()));
        EXPECT_TRUE(rows);
        EXPECT_EQ(rows->size(), 1U);
        return boost::json::serialize(rows->front().at("differs"));
    }

    testing_support::TempFolder folder_;
};

TEST_F(LeftOutRows, SayNothingOfWhatWasMadeAlike) {
    write(some_making());
    EXPECT_EQ(differs(), "[]");
}

TEST_F(LeftOutRows, SayWhatWasOtherwise) {
    auto made = some_making();
    made.training.seed = 6;
    made.files.front().sha256 = "ef56";
    made.result.on_gpu = true;
    write(made);
    EXPECT_EQ(differs(), R"(["from other drawings","with seed 6","on cuda"])");
}

TEST_F(LeftOutRows, AreNoneWithoutTheirFolderAndAnErrorWhereTheyAreDamaged) {
    const auto training = to_json(some_making());
    const auto none = read_left_out(folder_.path() / "nowhere", training);
    ASSERT_TRUE(none);
    EXPECT_TRUE(none->empty());
    write(some_making());
    std::ofstream(folder_.path() / "left-out" / "omniglot.json") << "{";
    const auto damaged = read_left_out(folder_.path(), training);
    ASSERT_FALSE(damaged);
    EXPECT_EQ(damaged.error().kind, ErrorKind::malformed);
}

}  // namespace
}  // namespace croquis::learning
