#include "recognition/recognizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>

#include "recognition/network.h"
#include "support/folders.h"
#include "support/onnx_builder.h"
#include "support/temp_folder.h"

namespace croquis::recognition {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing_support::OnnxBuilder;

constexpr std::size_t small_labels = 7;

std::string card_text() {
    return json::serialize(testing_support::small_card(small_labels));
}

std::vector<drawing::ModelInput> drawings(std::size_t count) {
    std::vector<drawing::ModelInput> all(count);
    std::mt19937 generator(7);
    for (auto& one : all)
        for (auto& grey : one) grey = static_cast<std::uint8_t>(generator() >> 24U);
    return all;
}

float most_different(const std::vector<Prediction>& a, const std::vector<Prediction>& b) {
    float most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t k = 0; k < small_labels; ++k)
            most = std::max(most, std::abs(a[i].probabilities[k] - b[i].probabilities[k]));
    return most;
}

TEST(Recognizer, AnswersOnePredictionADrawingInOrder) {
    auto model = load_recognizer(testing_support::small_network(small_labels).bytes(), card_text());
    ASSERT_TRUE(model) << model.error().detail;
    const auto inputs = drawings(21);
    const auto together = (*model)->recognise(inputs);
    ASSERT_TRUE(together);
    ASSERT_EQ(together->size(), inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto alone = (*model)->recognise({&inputs[i], 1});
        ASSERT_TRUE(alone);
        EXPECT_LT(most_different(*alone, {(*together)[i]}), 0.03F);
    }
}

TEST(Recognizer, TakesOneToTwoHundredAndFiftySixDrawings) {
    auto model = load_recognizer(testing_support::small_network(small_labels).bytes(), card_text());
    ASSERT_TRUE(model);
    EXPECT_TRUE((*model)->recognise(drawings(256)));
    EXPECT_EQ((*model)->recognise(drawings(257)).error().kind, ErrorKind::internal);
    EXPECT_EQ((*model)->recognise({}).error().kind, ErrorKind::internal);
}

TEST(Recognizer, IsNamedAfterItsCardAndItsBytes) {
    const auto net = testing_support::small_network(small_labels).bytes();
    const auto model = load_recognizer(net, card_text());
    ASSERT_TRUE(model);
    EXPECT_EQ((*model)->info().id, "test-" + to_hex(sha256(net)).substr(0, 8));
}

TEST(Recognizer, RefusesACardOfAnotherFile) {
    const auto net = testing_support::small_network(small_labels).bytes();
    auto card = testing_support::small_card(small_labels);
    card["sha256"] = to_hex(sha256(net));
    EXPECT_TRUE(load_recognizer(net, json::serialize(card)));
    card["sha256"] = to_hex(sha256(as_bytes("another")));
    EXPECT_EQ(load_recognizer(net, json::serialize(card)).error().field, "card/sha256");
}

TEST(Recognizer, ClonesAnswerTheSame) {
    auto model = load_recognizer(testing_support::small_network(small_labels).bytes(), card_text());
    ASSERT_TRUE(model);
    auto other = (*model)->clone();
    ASSERT_TRUE(other);
    const auto inputs = drawings(9);
    const auto expected = (*model)->recognise(inputs);
    model->reset();
    EXPECT_FLOAT_EQ(most_different(*expected, *(*other)->recognise(inputs)), 0);
}

TEST(Recognizer, ScalesPixelsAsTheCardSays) {
    const auto net = testing_support::small_network(small_labels).bytes();
    auto card = testing_support::small_card(small_labels);
    card["input"].as_object()["scale"] = -1.0 / 255;
    card["input"].as_object()["mean"] = 255;
    auto inverted = load_recognizer(net, json::serialize(card));
    auto plain = load_recognizer(net, card_text());
    ASSERT_TRUE(inverted && plain);
    auto inputs = drawings(1);
    const auto expected = (*plain)->recognise(inputs);
    for (auto& grey : inputs[0]) grey = static_cast<std::uint8_t>(255 - grey);
    EXPECT_LT(most_different(*expected, *(*inverted)->recognise(inputs)), 0.02F);
}

/// A network with one operator of a version in its middle.
Bytes network_around(std::int64_t opset,
                     const std::function<std::string(OnnxBuilder&, const std::string&)>& middle,
                     std::int64_t values = 8 * 24 * 24) {
    OnnxBuilder n(opset);
    const auto in = n.conv("image", 1, 8, 3, 2);
    n.output(n.gemm(n.flatten(middle(n, in)), values, small_labels), small_labels);
    return n.bytes();
}

void real(onnx::NodeProto& node, const std::string& name, float value) {
    auto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::FLOAT);
    attribute.set_f(value);
}

void expect_same(const Bytes& newer, const Bytes& older) {
    const auto one = load_recognizer(newer, card_text());
    const auto other = load_recognizer(older, card_text());
    ASSERT_TRUE(one) << one.error().detail;
    ASSERT_TRUE(other) << other.error().detail;
    const auto inputs = drawings(9);
    EXPECT_LT(most_different(*(*one)->recognise(inputs), *(*other)->recognise(inputs)), 0.03F);
}

/// Attributes of older versions, inputs of newer ones, mean the same.
TEST(Recognizer, TakesOperatorsOfNewerVersions) {
    const auto clip_of = [](float low, float high) {
        return network_around(7, [=](OnnxBuilder& n, const std::string& in) {
            auto& node = n.add("Clip", {in});
            real(node, "min", low);
            real(node, "max", high);
            return node.output(0);
        });
    };
    for (const std::int64_t opset : {11, 12, 13}) {
        expect_same(network_around(opset,
                                   [](OnnxBuilder& n, const std::string& in) {
                                       const auto low = n.tensor({}, {-0.25F});
                                       return n.apply("Clip", {in, low, n.tensor({}, {0.5F})});
                                   }),
                    clip_of(-0.25F, 0.5F));
        expect_same(network_around(opset,
                                   [](OnnxBuilder& n, const std::string& in) {
                                       return n.apply("Clip", {in, n.tensor({1}, {0.125F})});
                                   }),
                    clip_of(0.125F, 3e38F));
        expect_same(network_around(opset,
                                   [](OnnxBuilder& n, const std::string& in) {
                                       return n.apply("Clip", {in, "", n.tensor({}, {0.5F})});
                                   }),
                    clip_of(-3e38F, 0.5F));
    }
    expect_same(network_around(13,
                               [](OnnxBuilder& n, const std::string& in) {
                                   const auto more = n.apply("Unsqueeze", {in, n.integers({2})});
                                   return n.apply("Squeeze", {more, n.integers({2})});
                               }),
                network_around(13, [](OnnxBuilder&, const std::string& in) { return in; }));
    expect_same(network_around(
                    18,
                    [](OnnxBuilder& n, const std::string& in) {
                        return n.apply("ReduceMean", {in, n.integers({2, 3})});
                    },
                    8),
                network_around(
                    13,
                    [](OnnxBuilder& n, const std::string& in) {
                        auto& node = n.add("ReduceMean", {in});
                        n.sizes(node, "axes", {2, 3});
                        return node.output(0);
                    },
                    8));
}

TEST(Recognizer, SaysOfAnOperatorThatIsNotTakenWhyInItsOwnWords) {
    using Middle = std::function<std::string(OnnxBuilder&, const std::string&)>;
    const std::pair<const char*, Middle> middles[] = {
        {"operator Clip needs constant bounds",
         [](OnnxBuilder& n, const std::string& in) {
             return n.apply("Clip", {in, in});
         }},
        {"operator Clip needs constant bounds",
         [](OnnxBuilder& n, const std::string& in) {
             return n.apply("Clip", {in, n.tensor({2}, {0, 1})});
         }},
        {"operator Dropout says whether it trains",
         [](OnnxBuilder& n, const std::string& in) {
             return n.apply("Dropout", {in, n.tensor({}, {0.5F}), n.integers({1})});
         }},
        {"operator Pad names the dimensions",
         [](OnnxBuilder& n, const std::string& in) {
             return n.apply("Pad", {in, n.integers({1, 1, 1, 1}), "", n.integers({2, 3})});
         }},
        {"operator Split is not taken", [](OnnxBuilder& n, const std::string& in) {
             return n.apply("Split", {in, n.integers({8})});
         }}};
    for (const auto& [words, middle] : middles) {
        const auto refused = load_recognizer(network_around(18, middle), card_text());
        ASSERT_FALSE(refused) << words;
        EXPECT_THAT(refused.error().detail, HasSubstr(words));
        EXPECT_THAT(refused.error().detail, testing::Not(HasSubstr("OpenCV")));
    }
}

using Body = std::function<std::string(OnnxBuilder&)>;

/// Networks whose operators each engine must give the same meaning.
std::vector<std::pair<std::string, Body>> bodies() {
    const auto stem = [](OnnxBuilder& n) { return n.apply("Relu", {n.conv("image", 1, 8, 3, 2)}); };
    return {
        {"residual",
         [=](auto& n) {
             const auto in = stem(n);
             const auto inner = n.conv(n.apply("Relu", {n.conv(in, 8, 8)}), 8, 8);
             return n.apply("Relu", {n.apply("Add", {inner, in})});
         }},
        {"depthwise",
         [=](auto& n) { return n.apply("HardSwish", {n.conv(stem(n), 8, 8, 3, 2, 8)}); }},
        {"grouped", [=](auto& n) { return n.conv(stem(n), 8, 8, 5, 1, 2); }},
        {"max-pool", [=](auto& n) { return n.pool("MaxPool", stem(n), 2); }},
        {"padded-average",
         [=](auto& n) {
             auto& node = n.add("AveragePool", {stem(n)});
             n.sizes(node, "kernel_shape", OnnxBuilder::Sizes{3, 3});
             n.sizes(node, "strides", OnnxBuilder::Sizes{2, 2});
             n.sizes(node, "pads", OnnxBuilder::Sizes{1, 1, 1, 1});
             return node.output(0);
         }},
        {"activations",
         [=](auto& n) {
             auto in = stem(n);
             for (const auto* type : {"LeakyRelu", "Sigmoid", "Tanh", "Elu"})
                 in = n.apply(type, {n.conv(in, 8, 8, 1)});
             return in;
         }},
        {"shared-result",
         [=](auto& n) {
             const auto in = n.conv(stem(n), 8, 8);
             return n.apply("Add", {n.apply("Relu", {in}), in});
         }},
        {"dilated",
         [=](auto& n) {
             auto& node = n.add("Conv", {stem(n), n.random({8, 8, 3, 3}, 0.2F)});
             n.sizes(node, "kernel_shape", OnnxBuilder::Sizes{3, 3});
             n.sizes(node, "dilations", OnnxBuilder::Sizes{2, 2});
             return node.output(0);
         }},
        {"normalised",
         [=](auto& n) {
             return n.apply("BatchNormalization",
                            {stem(n), n.random({8}, 1), n.random({8}, 1), n.random({8}, 1),
                             n.tensor({8}, std::vector<float>(8, 2))});
         }},
    };
}

OnnxBuilder network_of(const Body& body) {
    OnnxBuilder net;
    const auto flat = net.flatten(net.apply("GlobalAveragePool", {body(net)}));
    net.output(net.gemm(net.apply("Relu", {net.gemm(flat, 8, 16)}), 16, small_labels),
               small_labels);
    return net;
}

TEST(Engines, GiveTheSameAnswers) {
    const auto inputs = drawings(11);
    for (const auto& [name, body] : bodies()) {
        const auto network = read_network(network_of(body).bytes(), card_text());
        ASSERT_TRUE(network) << name << ": " << network.error().detail;
        auto reference = NetworkRecognizer::make(*network, EngineKind::opencv);
        ASSERT_TRUE(reference) << name << ": " << reference.error().detail;
        const auto expected = (*reference)->recognise(inputs);
        ASSERT_TRUE(expected) << name;
        if (auto runtime = NetworkRecognizer::make(*network, EngineKind::onnxruntime)) {
            EXPECT_LT(most_different(*expected, *(*runtime)->recognise(inputs)), 1e-4F) << name;
        }
        auto other = NetworkRecognizer::make(*network, EngineKind::onednn);
        if (!other) {
            EXPECT_EQ(name, "normalised") << other.error().detail;
            continue;
        }
        EXPECT_LT(most_different(*expected, *(*other)->recognise(inputs)), 1e-4F) << name;
    }
}

/// A card that says of everything a Relu, Sigmoid or Clip gives what it stays within.
std::string card_of(const Network& network, double largest) {
    auto card = testing_support::small_card(small_labels);
    json::object activations;
    for (const auto& node : network.graph.nodes)
        if (node.type == "Relu" || node.type == "Sigmoid")
            activations[network.graph.value(node.output).name] = largest;
    card["activations"] = activations;
    return json::serialize(card);
}

TEST(Engines, OfEightBitsGiveNearlyTheSameAnswers) {
    const auto inputs = drawings(11);
    std::size_t tried = 0;
    for (const auto& [name, body] : bodies()) {
        const auto onnx = network_of(body).bytes();
        const auto plain = read_network(onnx, card_text());
        ASSERT_TRUE(plain) << name;
        const auto network = read_network(onnx, card_of(**plain, 4));
        ASSERT_TRUE(network) << name << ": " << network.error().detail;
        auto exact = NetworkRecognizer::make(*network, EngineKind::onednn);
        auto narrow = NetworkRecognizer::make(*network, EngineKind::onednn_int8);
        if (!exact || !narrow) continue;
        const auto expected = (*exact)->recognise(inputs);
        const auto got = (*narrow)->recognise(inputs);
        ASSERT_TRUE(expected && got) << name;
        const float off = most_different(*expected, *got);
        EXPECT_LT(off, 0.03F) << name;
        if (off > 0) ++tried;
    }
    if (tried == 0) GTEST_SKIP() << "this processor does not multiply bytes";
    EXPECT_GE(tried, 5U);
}

TEST(Engines, OfEightBitsAreNotTakenWhereTheCardIsWrong) {
    const auto net = network_of([](auto& n) {
        const auto in = n.apply("Relu", {n.conv("image", 1, 8, 3, 2)});
        return n.apply("Relu", {n.conv(in, 8, 8)});
    });
    const auto plain = read_network(net.bytes(), card_text());
    ASSERT_TRUE(plain);
    auto model = load_recognizer(net.bytes(), card_of(**plain, 0.001));
    ASSERT_TRUE(model) << model.error().detail;
    EXPECT_EQ(dynamic_cast<NetworkRecognizer&>(**model).kind(), EngineKind::onednn);
}

/// How far two embeddings lie apart, as a part of their length.
float apart(const std::vector<float>& a, const std::vector<float>& b) {
    float between = 0;
    float length = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        between += (a[i] - b[i]) * (a[i] - b[i]);
        length += a[i] * a[i];
    }
    return std::sqrt(between / length);
}

TEST(Engines, GiveTheSameEmbeddings) {
    constexpr std::size_t size = 12;
    const auto inputs = drawings(11);
    const auto onnx = testing_support::embedding_network(small_labels, size).bytes();
    const auto plain = read_network(onnx, card_text());
    ASSERT_TRUE(plain) << plain.error().detail;
    const auto network = read_network(onnx, card_of(**plain, 4));
    ASSERT_TRUE(network);
    EXPECT_EQ((*network)->info.embedding, size);
    auto reference = NetworkRecognizer::make(*network, EngineKind::opencv);
    ASSERT_TRUE(reference) << reference.error().detail;
    const auto expected = (*reference)->recognise(inputs);
    ASSERT_TRUE(expected) << expected.error().detail;
    for (const auto& [kind, off] : {std::pair{EngineKind::opencv, 1e-6F},
                                    {EngineKind::onednn, 1e-4F},
                                    {EngineKind::onnxruntime, 1e-4F},
                                    {EngineKind::onednn_int8, 0.1F}}) {
        auto engine = NetworkRecognizer::make(*network, kind);
        // Not every processor has the one, and not every Debian the other.
        if (!engine && (kind == EngineKind::onednn_int8 || kind == EngineKind::onnxruntime))
            continue;
        ASSERT_TRUE(engine) << to_string(kind) << ": " << engine.error().detail;
        const auto got = (*engine)->recognise(inputs);
        ASSERT_TRUE(got);
        EXPECT_LT(most_different(*expected, *got), 0.03F) << to_string(kind);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            ASSERT_EQ((*got)[i].embedding.size(), size);
            EXPECT_LT(apart((*expected)[i].embedding, (*got)[i].embedding), off)
                << to_string(kind) << ", drawing " << i;
        }
    }
}

TEST(Recognizer, GivesNoEmbeddingWhereTheNetworkHasNone) {
    auto model = load_recognizer(testing_support::small_network(small_labels).bytes(), card_text());
    ASSERT_TRUE(model);
    EXPECT_EQ((*model)->info().embedding, 0U);
    EXPECT_TRUE((*model)->recognise(drawings(1))->front().embedding.empty());
    auto card = testing_support::small_card(small_labels);
    card["embedding"] = {{"size", 12}};
    EXPECT_EQ(
        load_recognizer(testing_support::small_network(small_labels).bytes(), json::serialize(card))
            .error()
            .field,
        "card/embedding/size");
    const auto net = testing_support::embedding_network(small_labels, 12).bytes();
    auto other = load_recognizer(net, json::serialize(card));
    ASSERT_TRUE(other) << other.error().detail;
    EXPECT_EQ((*other)->recognise(drawings(9))->back().embedding.size(), 12U);
}

TEST(Engines, RefuseACardThatSpeaksOfAnotherNetwork) {
    auto card = testing_support::small_card(small_labels);
    card["activations"] = {{"no-such-tensor", 3}};
    const auto net = testing_support::small_network(small_labels).bytes();
    EXPECT_EQ(load_recognizer(net, json::serialize(card)).error().field,
              "card/activations/no-such-tensor");
}

TEST(Engines, FallBackForNetworksThatOneDnnDoesNotTake) {
    const auto net = network_of([](auto& n) { return n.apply("Erf", {n.conv("image", 1, 8)}); });
    auto model = load_recognizer(net.bytes(), card_text());
    ASSERT_TRUE(model) << model.error().detail;
    const auto network = read_network(net.bytes(), card_text());
    const bool has_runtime{NetworkRecognizer::make(*network, EngineKind::onnxruntime)};
    EXPECT_EQ(dynamic_cast<NetworkRecognizer&>(**model).kind(),
              has_runtime ? EngineKind::onnxruntime : EngineKind::opencv);
}

TEST(Engines, PreferOneDnn) {
    auto model = load_recognizer(testing_support::small_network(small_labels).bytes(), card_text());
    ASSERT_TRUE(model);
    EXPECT_NE(dynamic_cast<NetworkRecognizer&>(**model).kind(), EngineKind::opencv);
}

/// Weights near the largest float are finite, what they make is not.
TEST(Recognizer, RefusesAModelWhoseAnswersOverflow) {
    OnnxBuilder net;
    auto last = net.flatten(net.pool("AveragePool", "image", 8));
    last = net.apply("Mul", {last, net.tensor({1}, {1e38F})});
    last = net.apply("Mul", {last, net.tensor({1}, {1e38F})});
    net.output(net.gemm(last, 36, small_labels), small_labels);
    const auto model = load_recognizer(net.bytes(), card_text());
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().kind, ErrorKind::invalid);
    EXPECT_EQ(model.error().field, "model");
}

TEST(Recognizer, LoadsAFileAndTheCardBesideIt) {
    const testing_support::TempFolder folder;
    const auto file = folder.path() / "mine.onnx";
    EXPECT_EQ(load_recognizer(file).error().kind, ErrorKind::not_found);
    const auto net = testing_support::small_network(small_labels).bytes();
    std::ofstream(file, std::ios::binary) << as_text(net);
    EXPECT_EQ(load_recognizer(file).error().kind, ErrorKind::not_found);
    std::ofstream(folder.path() / "mine.json") << card_text();
    const auto model = load_recognizer(file);
    ASSERT_TRUE(model) << model.error().detail;
    EXPECT_EQ((*model)->info().name, "test");
}

TEST(Recognizer, LoadsTheShippedModel) {
    auto model = load_recognizer(std::filesystem::path(testing_support::source_folder()) /
                                 "models/shapes.onnx");
    ASSERT_TRUE(model) << model.error().detail;
    EXPECT_NE(dynamic_cast<NetworkRecognizer&>(**model).kind(), EngineKind::opencv);
}

}  // namespace
}  // namespace croquis::recognition
