#include <gtest/gtest.h>

#include "learning/synthesis/sketcher.h"
#include "learning/training/loader.h"
#include "unit/training/small.h"

namespace croquis::learning {
namespace {

void expect_same(const Samples& one, const Samples& other) {
    EXPECT_EQ(one.images, other.images);
    EXPECT_EQ(one.labels, other.labels);
    EXPECT_EQ(one.categories, other.categories);
    EXPECT_EQ(one.doubtful, other.doubtful);
    EXPECT_EQ(one.again, other.again);
}

TEST(Corpus, MakesASampleOfItsSeedAndPlaceAlone) {
    const auto people = some_people();
    const Corpus corpus(people);
    const auto all = corpus.make(7, 0, 12);
    const auto later = corpus.make(7, 8, 4);
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(later.images[i], all.images[8 + i]);
        EXPECT_EQ(later.labels[i], all.labels[8 + i]);
    }
    EXPECT_NE(corpus.make(8, 0, 12).images, all.images);
}

TEST(Corpus, KnowsTheShapesThenTheCategoriesLearntFrom) {
    auto people = some_people();
    people.drawings.front().use = Use::judge;
    PersonsDrawing unseen = people.drawings.back();
    unseen.category = "zebra";
    unseen.use = Use::judge;
    people.drawings.push_back(unseen);
    const Corpus corpus(people);
    EXPECT_EQ(corpus.drawings(), 35U);
    const auto& categories = corpus.categories();
    EXPECT_EQ(std::vector<std::string>(categories.end() - 3, categories.end()),
              (std::vector<std::string>{"apple", "axe", "bread"}));
    EXPECT_EQ(categories.front(), shape_labels().front());
}

TEST(Corpus, ShowsWhatIsNoShapeTwice) {
    const auto people = some_people();
    const Corpus corpus(people);
    const auto samples = corpus.make(7, 0, 400);
    std::size_t pairs = 0;
    for (std::size_t i = 0; i < samples.again.size(); i += 2) {
        EXPECT_EQ(samples.again[i], samples.again[i + 1]);
        if (samples.again[i] == 0) continue;
        ++pairs;
        EXPECT_EQ(samples.categories[i], samples.categories[i + 1]);
        EXPECT_NE(samples.images[i], samples.images[i + 1]);
    }
    EXPECT_GT(pairs, 20U);
}

TEST(Loader, GivesTheSameStepsHoweverFarAhead) {
    const auto people = some_people();
    const Corpus corpus(people);
    Loader one(corpus, 3, 8, 0, 5, 1);
    Loader four(corpus, 3, 8, 0, 5, 4);
    Loader resumed(corpus, 3, 8, 2, 5, 4);
    for (int step = 0; step < 5; ++step) {
        const auto samples = one.next();
        expect_same(samples, four.next());
        if (step >= 2) expect_same(samples, resumed.next());
    }
}

}  // namespace
}  // namespace croquis::learning
