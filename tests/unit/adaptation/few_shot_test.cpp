#include "learning/adaptation/few_shot.h"

#include <gtest/gtest.h>

#include <random>

namespace croquis::learning {
namespace {

struct Drawings {
    std::vector<std::string> categories;
    std::vector<float> embeddings;
};

constexpr std::size_t episode_width = 4;

/// `each` drawings of each of `count` categories, `spread` wide around a centre of their own.
Drawings drawings(int count, int each, float spread) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    Drawings all;
    for (int category = 0; category < count; ++category) {
        std::vector<float> centre(episode_width);
        for (float& number : centre) number = 5 * normal(random);
        for (int i = 0; i < each; ++i) {
            all.categories.push_back("category " + std::to_string(category));
            for (const float number : centre)
                all.embeddings.push_back(number + spread * normal(random));
        }
    }
    return all;
}

TEST(FewShot, TellsApartWhatIsApart) {
    const auto all = drawings(6, 12, 0.01F);
    const auto shown =
        few_shot(all.categories, {5, 5, 20, 1}, taught_head(all.embeddings, episode_width));
    ASSERT_TRUE(shown) << shown.error().detail;
    EXPECT_EQ(shown->categories, 6U);
    EXPECT_DOUBLE_EQ(shown->accuracy, 1);
    EXPECT_DOUBLE_EQ(shown->low, 1);
    EXPECT_DOUBLE_EQ(shown->high, 1);
}

TEST(FewShot, IsNearChanceWhereNothingIsApart) {
    const auto all = drawings(6, 20, 1000);
    const auto shown =
        few_shot(all.categories, {5, 5, 60, 1}, taught_head(all.embeddings, episode_width));
    ASSERT_TRUE(shown) << shown.error().detail;
    EXPECT_NEAR(shown->accuracy, 0.2, 0.06);
    EXPECT_LE(shown->low, shown->accuracy);
    EXPECT_GE(shown->high, shown->accuracy);
}

TEST(FewShot, IsTheSameForTheSameSeed) {
    const auto all = drawings(8, 12, 4);
    const auto once =
        few_shot(all.categories, {3, 3, 10, 7}, taught_head(all.embeddings, episode_width));
    const auto again =
        few_shot(all.categories, {3, 3, 10, 7}, taught_head(all.embeddings, episode_width));
    const auto other =
        few_shot(all.categories, {3, 3, 10, 8}, taught_head(all.embeddings, episode_width));
    ASSERT_TRUE(once && again && other);
    EXPECT_EQ(once->accuracy, again->accuracy);
    EXPECT_EQ(once->low, again->low);
    EXPECT_NE(once->accuracy, other->accuracy);
}

/// A head that says the first category of everything is right about one way in all.
TEST(FewShot, CountsEachWayAlikeHoweverManyDrawingsItHas) {
    auto all = drawings(3, 10, 1);
    const auto more = drawings(1, 30, 1);
    all.categories.insert(all.categories.end(), more.categories.begin(), more.categories.end());
    const auto shown = few_shot(all.categories, {3, 3, 10, 1}, [](const Episode& episode) {
        EXPECT_EQ(episode.learnt.size(), 9U);
        EXPECT_EQ(episode.categories.size(), 9U);
        return Result<std::vector<int>>(std::vector<int>(episode.asked.size(), 0));
    });
    ASSERT_TRUE(shown);
    EXPECT_NEAR(shown->accuracy, 1.0 / 3, 1e-12);
}

TEST(FewShot, NeverAsksAboutWhatItTaught) {
    const auto all = drawings(4, 8, 1);
    const auto shown = few_shot(all.categories, {4, 3, 50, 1}, [](const Episode& episode) {
        for (const auto asked : episode.asked)
            EXPECT_EQ(std::count(episode.learnt.begin(), episode.learnt.end(), asked), 0);
        return Result<std::vector<int>>(std::vector<int>(episode.asked.size(), 0));
    });
    ASSERT_TRUE(shown);
}

TEST(FewShot, SaysThatCategoriesAreTooFew) {
    auto all = drawings(5, 7, 1);
    all.categories[0].clear();  // in none: six of its category are left, which are too few
    all.categories[1].clear();
    const auto head = taught_head(all.embeddings, episode_width);
    EXPECT_TRUE(few_shot(all.categories, {4, 2, 1, 1}, [](const Episode& episode) {
        return Result<std::vector<int>>(std::vector<int>(episode.asked.size(), 0));
    }));
    const auto shown = few_shot(all.categories, {5, 3, 1, 1}, head);
    ASSERT_FALSE(shown);
    EXPECT_EQ(shown.error().field, "few_shot");
}

}  // namespace
}  // namespace croquis::learning
