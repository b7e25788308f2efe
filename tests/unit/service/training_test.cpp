#include "service/training/training.h"

#include <gtest/gtest.h>

#include "support/temp_folder.h"

namespace croquis::service {
namespace {

TEST(TrainingProgressTest, IsReadFromWhatTheProgramSaysOfItsSteps) {
    const auto all = progress_in(
        "Reading people's drawings\n"
        "[###...........................]  10%  step 12/120  loss 3.512  480/s\n"
        "step by step\n"
        "[##############################] 100%  step 120/120  loss 0.402  accuracy 91.5 %  512/s");
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].step, 12);
    EXPECT_EQ(all[0].steps, 120);
    EXPECT_EQ(all[0].loss, 3.512);
    EXPECT_EQ(all[0].samples_per_second, 480);
    EXPECT_FALSE(all[0].accuracy);  // an older program's
    EXPECT_EQ(all[1].step, 120);
    EXPECT_EQ(all[1].samples_per_second, 512);
    ASSERT_TRUE(all[1].accuracy);
    EXPECT_DOUBLE_EQ(*all[1].accuracy, 0.915);
    EXPECT_TRUE(progress_in("").empty());
    EXPECT_TRUE(progress_in("step 1/  loss nan  1/s").empty());
}

class TrainingsTest : public testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(store_->migrate()); }

    const store::Author by_ada{Uuid::v7(), "ada"};
    testing_support::TempFolder folder_;
    Metrics metrics_;
    std::unique_ptr<store::Store> store_ =
        store::open_store("sqlite:" + (folder_.path() / "croquis.db").string(), {}, metrics_)
            .value();
};

TEST_F(TrainingsTest, QueuesNothingWithoutAProgram) {
    Trainings trainings(*store_, {});
    EXPECT_FALSE(trainings.available());
    const auto queued = trainings.queue({}, by_ada, store::shapes_project);
    ASSERT_FALSE(queued);
    EXPECT_EQ(queued.error().code, "no_training");
}

TEST_F(TrainingsTest, BoundsTheSteps) {
    Trainings trainings(*store_, {"/bin/true", folder_.path() / "trainings"});
    for (const std::int64_t steps : {fewest_training_steps - 1, most_training_steps + 1}) {
        const auto queued = trainings.queue({true, true, steps}, by_ada, store::shapes_project);
        ASSERT_FALSE(queued);
        EXPECT_EQ(queued.error().field, "steps");
    }
    const auto first = trainings.queue({true, true, 100}, by_ada, store::shapes_project);
    ASSERT_TRUE(first);
    // A second press begins no second one.
    EXPECT_EQ(trainings.queue({}, by_ada, store::shapes_project)->id, first->id);
}

TEST_F(TrainingsTest, SweepsWhatEndedJobsLeft) {
    Trainings trainings(*store_, {"/bin/true", folder_.path() / "trainings"});
    const auto open = trainings.queue({}, by_ada, store::shapes_project).value();
    const auto kept = folder_.path() / "trainings" / to_string(open.id);
    const auto gone = folder_.path() / "trainings" / to_string(Uuid::v7());
    const auto other = folder_.path() / "trainings" / "not a job";
    for (const auto& each : {kept, gone, other}) std::filesystem::create_directories(each);
    trainings.sweep();
    EXPECT_TRUE(std::filesystem::exists(kept));
    EXPECT_FALSE(std::filesystem::exists(gone));
    EXPECT_TRUE(std::filesystem::exists(other));
    ASSERT_TRUE(store_->cancel_job(open.id, now()));
    trainings.sweep();
    EXPECT_FALSE(std::filesystem::exists(kept));
}

}  // namespace
}  // namespace croquis::service
