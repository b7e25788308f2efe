#include "recognition/head.h"

#include <gtest/gtest.h>

#include "recognition/graph.h"
#include "recognition/quantised.h"
#include "recognition/recognizer.h"
#include "support/onnx_builder.h"

namespace croquis::recognition {
namespace {

constexpr std::size_t network_labels = 5;

HeadLayer layer(std::size_t names, std::size_t width) {
    HeadLayer head{names, width, std::vector<float>(names * width), std::vector<float>(names)};
    for (std::size_t i = 0; i < head.weights.size(); ++i)
        head.weights[i] = static_cast<float>(i % 7) * 0.1F - 0.3F;
    head.bias.back() = 1;
    return head;
}

TEST(WithEmbedding, GivesWhatTheLastProductReads) {
    const auto net = testing_support::small_network(network_labels).bytes();
    const auto with = with_embedding(net, network_labels);
    ASSERT_TRUE(with) << with.error().detail;
    const auto graph = read_graph(with->onnx, network_labels);
    ASSERT_TRUE(graph) << graph.error().detail;
    EXPECT_EQ(graph->embedding_size(), with->size);
    EXPECT_GT(with->size, 0U);
}

TEST(WithEmbedding, KeepsTheOneThatIsThere) {
    const auto net = testing_support::embedding_network(network_labels, 12).bytes();
    const auto with = with_embedding(net, network_labels);
    ASSERT_TRUE(with) << with.error().detail;
    EXPECT_EQ(with->size, 12U);
    EXPECT_EQ(with->onnx, net);
}

TEST(WithHead, ReplacesWhatMadeTheLogits) {
    for (const auto& net : {testing_support::small_network(network_labels).bytes(),
                            testing_support::embedding_network(network_labels, 12).bytes()}) {
        const auto width = with_embedding(net, network_labels)->size;
        const auto taught = with_head(net, network_labels, layer(3, width));
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
    const auto net = testing_support::small_network(network_labels).bytes();
    const auto width = with_embedding(net, network_labels)->size;
    auto head = layer(3, width);
    std::fill(head.weights.begin(), head.weights.end(), 0.0F);
    head.bias = {0, 20, 0};
    const auto taught = with_head(net, network_labels, head);
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
    const auto net = testing_support::embedding_network(network_labels, 12).bytes();
    EXPECT_EQ(with_head(net, network_labels, layer(3, 11)).error().kind, ErrorKind::invalid);
    auto ragged = layer(3, 12);
    ragged.weights.pop_back();
    EXPECT_EQ(with_head(net, network_labels, ragged).error().kind, ErrorKind::invalid);
    EXPECT_FALSE(with_head({}, network_labels, layer(3, 12)));
}

std::string card_of(const char* names, std::size_t width) {
    return std::string(R"({"name":"t","labels":[)") + names + R"(],"embedding":{"size":)" +
           std::to_string(width) + "}}";
}

std::vector<drawing::ModelInput> noise(std::size_t count) {
    std::vector<drawing::ModelInput> pictures(count);
    std::uint32_t state = 7;
    for (auto& picture : pictures)
        for (auto& grey : picture) {
            state = state * 1664525U + 1013904223U;
            grey = static_cast<std::uint8_t>(state >> 24U);
        }
    return pictures;
}

TEST(HeadOf, IsTheLayerThatWasTaught) {
    const auto net = testing_support::embedding_network(network_labels, 12).bytes();
    const auto head = layer(3, 12);
    const auto taught = with_head(net, network_labels, head);
    ASSERT_TRUE(taught) << taught.error().detail;
    const auto found = head_of(*taught, 3);
    ASSERT_TRUE(found) << found.error().detail;
    ASSERT_TRUE(*found);
    EXPECT_EQ((*found)->weights, head.weights);
    EXPECT_EQ((*found)->bias, head.bias);
    EXPECT_EQ((*found)->width, 12U);
}

TEST(HeadOf, ReadsTheNetworkWhoseEmbeddingIsWhatItsLastLayerReads) {
    const auto with =
        with_embedding(testing_support::small_network(network_labels).bytes(), network_labels);
    const auto found = head_of(with->onnx, network_labels);
    ASSERT_TRUE(found) << found.error().detail;
    ASSERT_TRUE(*found);
    EXPECT_EQ((*found)->labels, network_labels);
    EXPECT_EQ((*found)->width, with->size);
}

TEST(HeadOf, IsNoneWhereTheLogitsAreMadeOtherwise) {
    EXPECT_FALSE(*head_of(testing_support::small_network(network_labels).bytes(), network_labels));
    EXPECT_EQ(head_of({}, network_labels).error().kind, ErrorKind::malformed);
}

TEST(AnswersOf, AreTheNetworksAlsoFromEightBits) {
    const auto net = testing_support::small_network(network_labels).bytes();
    const auto width = with_embedding(net, network_labels)->size;
    const auto head = layer(3, width);
    const auto taught = with_head(net, network_labels, head);
    const auto model = load_recognizer(*taught, card_of(R"("a","b","c")", width));
    ASSERT_TRUE(model) << model.error().detail;
    const auto pictures = noise(20);
    const auto whole = (*model)->recognise(pictures);
    ASSERT_TRUE(whole);
    std::vector<float> exact;
    std::vector<float> rounded(width * pictures.size());
    for (std::size_t i = 0; i < whole->size(); ++i) {
        const auto& embedding = (*whole)[i].embedding;
        exact.insert(exact.end(), embedding.begin(), embedding.end());
        const auto packed = quantised(embedding);
        unpack(packed.scale, packed.numbers, std::span(rounded).subspan(i * width, width));
    }
    const auto by_layer = answers_of(head, (*model)->info(), exact);
    const auto by_bytes = answers_of(head, (*model)->info(), rounded);
    ASSERT_TRUE(by_layer) << by_layer.error().detail;
    ASSERT_TRUE(by_bytes);
    for (std::size_t i = 0; i < whole->size(); ++i) {
        EXPECT_EQ((*by_bytes)[i].tag, (*whole)[i].tag);
        for (std::size_t k = 0; k < 3; ++k) {
            EXPECT_NEAR((*by_layer)[i].probabilities[k], (*whole)[i].probabilities[k], 1e-4);
            EXPECT_NEAR((*by_bytes)[i].probabilities[k], (*whole)[i].probabilities[k], 0.01);
        }
    }
}

TEST(AnswersOf, RefusesRowsOfAnotherSize) {
    const ModelInfo info{"", "t", {"a", "b", "c"}};
    EXPECT_FALSE(answers_of(layer(3, 4), info, std::vector<float>(6)));
    EXPECT_FALSE(answers_of(layer(2, 4), info, std::vector<float>(8)));
    EXPECT_TRUE(answers_of(layer(3, 4), info, {})->empty());
}

TEST(TrunkOf, IsSharedByHeadsAndByNothingElse) {
    const auto net = testing_support::embedding_network(network_labels, 12).bytes();
    const auto trunk = trunk_of(net, {});
    EXPECT_EQ(trunk.size(), 16U);
    const auto taught = with_head(net, network_labels, layer(3, 12));
    EXPECT_EQ(trunk_of(*taught, {}), trunk);
    EXPECT_EQ(trunk_of(*with_head(*taught, 3, layer(4, 12)), {}), trunk);
    EXPECT_NE(trunk_of(net, Scaling{1, 1}), trunk);
    EXPECT_NE(trunk_of(testing_support::embedding_network(network_labels, 13).bytes(), {}), trunk);
    const auto plain = testing_support::small_network(network_labels).bytes();
    EXPECT_EQ(trunk_of(plain, {}), "");
    EXPECT_EQ(trunk_of(with_embedding(plain, network_labels)->onnx, {}),
              trunk_of(*with_head(plain, network_labels,
                                  layer(3, with_embedding(plain, network_labels)->size)),
                       {}));
    const auto loaded = load_recognizer(*taught, card_of(R"("a","b","c")", 12));
    ASSERT_TRUE(loaded);
    EXPECT_EQ((*loaded)->info().trunk, trunk);
}

}  // namespace
}  // namespace croquis::recognition
