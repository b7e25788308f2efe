#include "recognition/head.h"

#include <gtest/gtest.h>

#include "recognition/graph.h"
#include "recognition/recognizer.h"
#include "support/onnx_builder.h"

namespace croquis::recognition {
namespace {

constexpr std::size_t labels = 5;

HeadLayer layer(std::size_t names, std::size_t width) {
    HeadLayer head{names, width, std::vector<float>(names * width), std::vector<float>(names)};
    for (std::size_t i = 0; i < head.weights.size(); ++i)
        head.weights[i] = static_cast<float>(i % 7) * 0.1F - 0.3F;
    head.bias.back() = 1;
    return head;
}

TEST(WithEmbedding, GivesWhatTheLastProductReads) {
    const auto net = testing_support::small_network(labels).bytes();
    const auto with = with_embedding(net, labels);
    ASSERT_TRUE(with) << with.error().detail;
    const auto graph = read_graph(with->onnx, labels);
    ASSERT_TRUE(graph) << graph.error().detail;
    EXPECT_EQ(graph->embedding_size(), with->size);
    EXPECT_GT(with->size, 0U);
}

TEST(WithEmbedding, KeepsTheOneThatIsThere) {
    const auto net = testing_support::embedding_network(labels, 12).bytes();
    const auto with = with_embedding(net, labels);
    ASSERT_TRUE(with) << with.error().detail;
    EXPECT_EQ(with->size, 12U);
    EXPECT_EQ(with->onnx, net);
}

TEST(WithHead, ReplacesWhatMadeTheLogits) {
    for (const auto& net : {testing_support::small_network(labels).bytes(),
                            testing_support::embedding_network(labels, 12).bytes()}) {
        const auto width = with_embedding(net, labels)->size;
        const auto taught = with_head(net, labels, layer(3, width));
        ASSERT_TRUE(taught) << taught.error().detail;
        const auto graph = read_graph(*taught, 3);
        ASSERT_TRUE(graph) << graph.error().detail;
        EXPECT_EQ(graph->embedding_size(), width);
        const auto again = with_head(*taught, 3, layer(4, width));
        ASSERT_TRUE(again) << again.error().detail;
        EXPECT_EQ(read_graph(*again, 4)->nodes.size(), graph->nodes.size());
    }
}

TEST(WithHead, AnswersByTheLayer) {
    const auto net = testing_support::small_network(labels).bytes();
    const auto width = with_embedding(net, labels)->size;
    auto head = layer(3, width);
    std::fill(head.weights.begin(), head.weights.end(), 0.0F);
    head.bias = {0, 20, 0};
    const auto taught = with_head(net, labels, head);
    ASSERT_TRUE(taught) << taught.error().detail;
    const auto model =
        load_recognizer(*taught, R"({"name":"t","labels":["a","b","c"],"embedding":{"size":)" +
                                     std::to_string(width) + "}}");
    ASSERT_TRUE(model) << model.error().detail;
    const drawing::ModelInput blank{};
    const auto answers = (*model)->recognise(std::span(&blank, 1));
    ASSERT_TRUE(answers);
    EXPECT_EQ(answers->front().tag, "b");
    EXPECT_EQ(answers->front().embedding.size(), width);
}

TEST(WithHead, RefusesALayerThatDoesNotFit) {
    const auto net = testing_support::embedding_network(labels, 12).bytes();
    EXPECT_EQ(with_head(net, labels, layer(3, 11)).error().kind, ErrorKind::invalid);
    auto ragged = layer(3, 12);
    ragged.weights.pop_back();
    EXPECT_EQ(with_head(net, labels, ragged).error().kind, ErrorKind::invalid);
    EXPECT_FALSE(with_head({}, labels, layer(3, 12)));
}

}  // namespace
}  // namespace croquis::recognition
