#include "learning/training/whitening.h"

#include <gtest/gtest.h>

#include "learning/training/learner.h"
#include "unit/training/small.h"

namespace croquis::learning {
namespace {

/// How much more the embeddings of a category spread in one direction than on the mean over all.
double unevenness(Network& network, const Batch& batch) {
    const torch::NoGradGuard no_gradients;
    const auto embeddings = network->forward(batch.images).embedding.to(torch::kFloat64);
    auto within = torch::zeros({embedding_size, embedding_size}, torch::kFloat64);
    for (std::int64_t category = 0; category < network->layout().categories; ++category) {
        const auto rows =
            embeddings.index_select(0, (batch.categories == category).nonzero().flatten());
        if (rows.size(0) < 2) continue;
        const auto centred = rows - rows.mean(0);
        within += torch::mm(centred.t(), centred);
    }
    const auto spreads = std::get<0>(torch::linalg_eigh(within));
    return (spreads.max() / spreads.mean()).item<double>();
}

TEST(Whitening, EvensOutHowCategoriesSpreadAndLeavesTheAnswers) {
    const auto people = some_people();
    const Corpus corpus(people);
    auto network = small_network(3, static_cast<int>(corpus.categories().size()));
    const auto batch = to_batch(corpus.make(11, 0, 600));
    const torch::NoGradGuard no_gradients;
    const auto before = network->forward(batch.images);
    const double uneven = unevenness(network, batch);

    whiten(network, corpus, 2048);

    const auto after = network->forward(batch.images);
    EXPECT_LT(unevenness(network, batch), 0.5 * uneven);
    EXPECT_TRUE(torch::equal(after.logits, before.logits));
    const auto spread = [](const torch::Tensor& embeddings) {
        return embeddings.var(0).sum().item<double>();
    };
    EXPECT_NEAR(spread(after.embedding) / spread(before.embedding), 1, 0.1);
}

TEST(Whitening, ChangesNothingWhereNoCategoryTells) {
    const People nobody;
    const Corpus corpus(nobody);
    auto network = small_network(3, static_cast<int>(corpus.categories().size()));
    const auto before = all_numbers(network);
    whiten(network, corpus, 0);
    EXPECT_TRUE(torch::equal(all_numbers(network), before));
}

TEST(Whitening, TakesAsManySamplesAsBefitTheTraining) {
    // Trainings from the page that are not told to be shorter, and the shipped network's.
    EXPECT_EQ(whitening_samples(3000 * 128), 65'536U);
    EXPECT_EQ(whitening_samples(8011 * 1024), 65'536U);
    // The least that may be asked for.
    EXPECT_EQ(whitening_samples(100 * 128), 8'192U);
    EXPECT_EQ(whitening_samples(0), 8'192U);
    EXPECT_EQ(whitening_samples(1000 * 128), 32'000U);
    for (const std::int64_t learnt : {40'006, 40'010, 40'014, 262'143})
        EXPECT_EQ(whitening_samples(learnt) % 2, 0U) << learnt;
}

}  // namespace
}  // namespace croquis::learning
