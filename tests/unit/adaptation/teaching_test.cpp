#include "learning/adaptation/teaching.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace croquis::learning {
namespace {

/// `each` examples a label around centres of their own, `spread` wide.
Examples clusters(std::size_t labels, std::size_t each, float spread, unsigned seed = 1) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    Examples examples;
    examples.width = 8;
    examples.label_count = labels;
    std::vector<float> centres(labels * examples.width);
    for (float& number : centres) number = 3 * normal(random);
    for (std::size_t i = 0; i < labels * each; ++i) {
        const std::size_t label = i % labels;
        examples.labels.push_back(static_cast<int>(label));
        for (std::size_t k = 0; k < examples.width; ++k)
            examples.embeddings.push_back(100 + centres[label * examples.width + k] +
                                          spread * normal(random));
    }
    return examples;
}

std::size_t best(const recognition::HeadLayer& layer, const float* embedding) {
    std::size_t chosen = 0;
    float most = -INFINITY;
    for (std::size_t j = 0; j < layer.labels; ++j) {
        float logit = layer.bias[j];
        for (std::size_t k = 0; k < layer.width; ++k)
            logit += layer.weights[j * layer.width + k] * embedding[k];
        if (logit > most) {
            most = logit;
            chosen = j;
        }
    }
    return chosen;
}

TEST(Teach, TellsClustersApartOnEmbeddingsAsTheyCome) {
    const auto learnt = clusters(4, 20, 0.3F);
    const auto head = teach(learnt);
    ASSERT_TRUE(head) << head.error().detail;
    EXPECT_EQ(head->accuracy.all, 80U);
    EXPECT_EQ(head->accuracy.some, 80U);
    ASSERT_EQ(head->held_out.size(), 80U);
    std::size_t refused = 0;
    for (std::size_t i = 0; i < learnt.size(); ++i) {
        const auto& [label, confidence] = head->held_out[i];
        refused += label ? 0 : 1;
        EXPECT_EQ(label.has_value(), confidence >= head->unknown_below);
        EXPECT_EQ(label.value_or(learnt.labels[i]), static_cast<std::size_t>(learnt.labels[i]));
    }
    EXPECT_EQ(refused, head->right_refused.some);
    for (std::size_t i = 0; i < learnt.size(); ++i)
        EXPECT_EQ(best(head->layer, learnt.embeddings.data() + i * learnt.width),
                  static_cast<std::size_t>(learnt.labels[i]));
}

/// Drawings of five labels in random directions, some of which a trunk makes much of and others
/// little of: the lengths vary by half.
class OfAllLengths {
  public:
    OfAllLengths() : centres_(labels * width) {
        for (float& number : centres_) number = normal_(random_);
    }
    Examples draw(std::size_t each) {
        Examples examples;
        examples.width = width;
        examples.label_count = labels;
        for (std::size_t i = 0; i < labels * each; ++i) {
            const std::size_t label = i % labels;
            const float length = std::exp(0.5F * normal_(random_));
            examples.labels.push_back(static_cast<int>(label));
            for (std::size_t k = 0; k < width; ++k)
                examples.embeddings.push_back(
                    length * (centres_[label * width + k] + 0.8F * normal_(random_)));
        }
        return examples;
    }

  private:
    static constexpr std::size_t labels = 5;
    static constexpr std::size_t width = 8;
    static inline std::mt19937 random_{11};
    std::normal_distribution<float> normal_;
    std::vector<float> centres_;
};

TEST(Teach, LearnsFromShortEmbeddingsAsMuchAsFromLongOnes) {
    std::size_t right = 0;
    for (int round = 0; round < 20; ++round) {
        OfAllLengths drawings;
        const auto head = teach(drawings.draw(6));
        ASSERT_TRUE(head) << head.error().detail;
        const auto asked = drawings.draw(10);
        for (std::size_t i = 0; i < asked.size(); ++i)
            right += best(head->layer, asked.embeddings.data() + i * asked.width) ==
                             static_cast<std::size_t>(asked.labels[i])
                         ? 1
                         : 0;
    }
    // Of 1,000; 864 where the embeddings are learnt from as they come.
    EXPECT_GE(right, 875U);
}

TEST(Teach, MeasuresOnExamplesThatTheHeadDidNotLearnFrom) {
    auto examples = clusters(4, 30, 0.3F);
    std::mt19937 random(7);
    std::uniform_int_distribution<int> any(0, 3);
    for (int& label : examples.labels) label = any(random);  // nothing to be learnt
    const auto head = teach(examples);
    ASSERT_TRUE(head) << head.error().detail;
    EXPECT_LT(head->accuracy.part(), 0.5);
    EXPECT_GT(head->temperature, 0.5F);
}

TEST(Teach, GivesTheSameHeadForTheSameExamples) {
    const auto examples = clusters(3, 12, 1.5F);
    const auto one = teach(examples);
    const auto other = teach(examples);
    ASSERT_TRUE(one && other);
    EXPECT_EQ(one->layer.weights, other->layer.weights);
    EXPECT_EQ(one->layer.bias, other->layer.bias);
    EXPECT_EQ(one->temperature, other->temperature);
}

TEST(Teach, TakesALabelWithThreeExamples) {
    auto examples = clusters(3, 3, 0.2F);
    const auto head = teach(examples);
    ASSERT_TRUE(head) << head.error().detail;
    EXPECT_EQ(head->by_label[2].all, 3U);
}

TEST(Teach, TellsRightAnswersFromStrangers) {
    const auto head = teach(clusters(6, 20, 1.5F));
    ASSERT_TRUE(head) << head.error().detail;
    EXPECT_GT(head->unknown_below, 0);
    EXPECT_EQ(head->right_refused.all, head->accuracy.some);
    EXPECT_LE(head->right_refused.part(), TeachingOptions().refused);
    EXPECT_EQ(head->strangers_refused.all, head->accuracy.all);
    EXPECT_GT(head->strangers_refused.part(), head->right_refused.part());
}

TEST(Teach, RefusesAsMuchAsItMayWithTwoLabels) {
    const auto examples = clusters(2, 40, 0.5F);
    const auto head = teach(examples);
    ASSERT_TRUE(head) << head.error().detail;
    EXPECT_EQ(head->strangers_refused.all, 0U);
    EXPECT_GT(head->unknown_below, 0.5F);
    EXPECT_LT(head->unknown_below, 1);
    EXPECT_LE(head->right_refused.part(), TeachingOptions().refused);
    // What lies half way between the two is neither.
    std::vector<float> middle(examples.width);
    for (std::size_t i = 0; i < examples.embeddings.size(); ++i)
        middle[i % examples.width] += examples.embeddings[i] / static_cast<float>(examples.size());
    recognition::ModelInfo info;
    info.labels = {"one", "two"};
    info.temperature = head->temperature;
    info.unknown_below = head->unknown_below;
    EXPECT_EQ(recognition::answers_of(head->layer, info, middle).value().front().tag,
              recognition::unknown_tag);
    const auto own = recognition::answers_of(head->layer, info, examples.embeddings).value();
    EXPECT_LE(std::count_if(own.begin(), own.end(),
                            [](const auto& each) { return each.tag == recognition::unknown_tag; }),
              4);
}

TEST(Teach, RefusesNothingOfTwoLabelsWithFewExamples) {
    const auto head = teach(clusters(2, 9, 0.3F));
    ASSERT_TRUE(head);
    EXPECT_EQ(head->unknown_below, 0);
}

TEST(Teach, ChoosesAmongAllLabelsWhereThereAreMany) {
    // More than validation_examples: the labels in turn, so that every tenth has one label only.
    TeachingOptions options;
    options.validation_examples = 100;
    const auto head = teach(clusters(10, 100, 0.5F), options);
    ASSERT_TRUE(head) << head.error().detail;
    EXPECT_GT(head->accuracy.part(), 0.9);
}

TEST(Teach, RefusesWhatCannotBeTaught) {
    auto examples = clusters(2, 3, 0.2F);
    examples.labels[0] = 1;  // leaves two of label 0
    EXPECT_EQ(teach(examples).error().kind, ErrorKind::invalid);
    EXPECT_EQ(teach(clusters(1, 5, 0.2F)).error().kind, ErrorKind::invalid);
    auto ragged = clusters(2, 5, 0.2F);
    ragged.embeddings.pop_back();
    EXPECT_EQ(teach(ragged).error().kind, ErrorKind::invalid);
    auto infinite = clusters(2, 5, 0.2F);
    infinite.embeddings[3] = INFINITY;
    EXPECT_EQ(teach(infinite).error().kind, ErrorKind::invalid);
    auto outside = clusters(2, 5, 0.2F);
    outside.labels[0] = 2;
    EXPECT_EQ(teach(outside).error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace croquis::learning
