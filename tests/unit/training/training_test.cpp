#include "learning/training/training.h"

#include <gtest/gtest.h>

#include "learning/training/learner.h"
#include "learning/training/run.h"
#include "support/temp_folder.h"
#include "unit/training/small.h"

namespace croquis::learning {
namespace {

TrainingOptions options_of(std::int64_t steps) {
    TrainingOptions options;
    options.steps = steps;
    options.batch = 16;
    options.checkpoint_every = 2;
    return options;
}

class Training : public testing::Test {
  protected:
    Training() { at::set_num_threads(1); }

    Network fresh() { return small_network(5, static_cast<int>(corpus_.categories().size())); }

    testing_support::TempFolder folder_;
    std::filesystem::path checkpoint_ = folder_.path() / "checkpoint";
    const People people_ = some_people();
    const Corpus corpus_{people_};
};

TEST_F(Training, OfTheSameOptionsGivesTheSameNetwork) {
    auto one = fresh();
    auto other = fresh();
    auto another_seed = fresh();
    ASSERT_TRUE(train(one, options_of(4), corpus_, {}));
    ASSERT_TRUE(train(other, options_of(4), corpus_, {}));
    auto options = options_of(4);
    options.seed = 2;
    ASSERT_TRUE(train(another_seed, options, corpus_, {}));
    EXPECT_TRUE(torch::equal(all_numbers(one), all_numbers(other)));
    EXPECT_FALSE(torch::equal(all_numbers(one), all_numbers(another_seed)));
    EXPECT_FALSE(torch::equal(all_numbers(one), all_numbers(fresh())));
}

TEST_F(Training, GoesOnFromWhatItsLearnerSaved) {
    const auto learn = [&](Learner& learner, std::int64_t first, std::int64_t last) {
        for (std::int64_t step = first; step < last; ++step) {
            const auto place = static_cast<std::uint64_t>(step);
            learner.learn(to_batch(corpus_.make(1, 16 * place, 16)), 1e-3, place);
            learner.take_into_average();
        }
    };
    auto whole = fresh();
    Learner in_one_go(whole, {}, 1e-4, torch::kCPU);
    learn(in_one_go, 0, 6);
    in_one_go.finish();

    const auto file = checkpoint_.string();
    {
        auto killed = fresh();
        Learner learner(killed, {}, 1e-4, torch::kCPU);
        learn(learner, 0, 3);
        torch::serialize::OutputArchive archive;
        learner.save(archive);
        archive.save_to(file);
    }
    auto again = fresh();
    Learner resumed(again, {}, 1e-4, torch::kCPU);
    torch::serialize::InputArchive archive;
    archive.load_from(file);
    resumed.load(archive);
    learn(resumed, 3, 6);
    resumed.finish();
    EXPECT_TRUE(torch::equal(all_numbers(whole), all_numbers(again)));
}

TEST_F(Training, OfAFinishedCheckpointLearnsNothingMore) {
    auto whole = fresh();
    const auto result = train(whole, options_of(6), corpus_, checkpoint_);
    ASSERT_TRUE(result);
    auto again = fresh();
    const auto resumed = train(again, options_of(6), corpus_, checkpoint_);
    ASSERT_TRUE(resumed);
    EXPECT_TRUE(torch::equal(all_numbers(whole), all_numbers(again)));
    EXPECT_EQ(resumed->first_loss, result->first_loss);
    EXPECT_EQ(resumed->last_loss, result->last_loss);
}

TEST_F(Training, LeavesNothingBesideItsCheckpoint) {
    auto network = fresh();
    ASSERT_TRUE(train(network, options_of(3), corpus_, checkpoint_));
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
        files.push_back(entry.path());
    EXPECT_EQ(files, std::vector{checkpoint_});
}

TEST(TrainingOptions, TheRateFallsAtTheEndAndTheWeightsAreAveragedAfter) {
    TrainingOptions options;
    options.steps = 1000;
    EXPECT_EQ(options.fall(), 650);
    EXPECT_EQ(options.average_from(), 790);
    options.steps = 1;
    EXPECT_EQ(options.fall(), 1);
    EXPECT_EQ(options.average_from(), 1);
}

TEST(Average, IsTheMeanOfWhatWasAdded) {
    auto one = small_network(1);
    const auto other = small_network(2);
    const auto mean = (all_numbers(one) + all_numbers(other)) / 2;
    Average average(one, torch::kCPU);
    average.copy_to(one);  // nothing was added
    EXPECT_TRUE(torch::equal(all_numbers(one), all_numbers(small_network(1))));
    average.add(one);
    average.add(other);
    average.copy_to(one);
    // The count of batches that a normalisation has seen is a whole number, and is not averaged.
    EXPECT_TRUE(torch::allclose(all_numbers(one), mean, 1e-5, 1e-6));
}

TEST(Run, RefusesWhatDoesNotGoTogether) {
    RunOptions options;
    options.leave_out = "omniglot";
    options.begin_with = "earlier.onnx";
    const auto both = run(options);
    ASSERT_FALSE(both);
    EXPECT_EQ(both.error().kind, ErrorKind::invalid);
    EXPECT_EQ(both.error().field, "leave-out");

    options.begin_with.clear();
    const auto no_source = run(options);
    ASSERT_FALSE(no_source);
    EXPECT_EQ(no_source.error().detail, "There is no source omniglot.");

    options.leave_out.clear();
    options.people = "nowhere";
    EXPECT_FALSE(run(options));
}

}  // namespace
}  // namespace croquis::learning
