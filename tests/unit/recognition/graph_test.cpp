#include "recognition/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "support/onnx_builder.h"

namespace croquis::recognition {
namespace {

using testing::HasSubstr;
using testing_support::OnnxBuilder;
using Sizes = OnnxBuilder::Sizes;

constexpr std::size_t labels = 5;

Result<Graph> read(const OnnxBuilder& net) {
    return read_graph(net.bytes(), labels);
}

/// What a network is refused for, "" if it is taken.
std::string refusal(const OnnxBuilder& net) {
    const auto graph = read(net);
    if (graph) return "";
    EXPECT_EQ(graph.error().field, "model");
    return graph.error().detail;
}

/// A small network after something was done to it.
std::string refusal_after(const std::function<void(OnnxBuilder&)>& change) {
    auto net = testing_support::small_network(labels);
    change(net);
    return refusal(net);
}

/// A network that ends in global pooling and a dense layer, with `middle` between.
std::string refusal_with(const std::function<std::string(OnnxBuilder&, std::string)>& middle,
                         std::int64_t channels = 4, std::int64_t opset = 13) {
    OnnxBuilder net(opset);
    const auto last = middle(net, net.conv("image", 1, 4));
    const auto flat = net.flatten(net.apply("GlobalAveragePool", {last}));
    net.output(net.gemm(flat, channels, labels), labels);
    return refusal(net);
}

TEST(Graph, WorksOutShapesAndCost) {
    const auto graph = read(testing_support::small_network(labels));
    ASSERT_TRUE(graph) << graph.error().detail;
    EXPECT_EQ(graph->value(graph->input).dims, (Sizes{probe_batch, 1, 48, 48}));
    EXPECT_EQ(graph->value(graph->output).dims, (Sizes{probe_batch, 5}));
    EXPECT_EQ(graph->multiply_accumulates,
              24 * 24 * 16 * 9 + 12 * 12 * 32 * 16 * 9 + 6 * 6 * 64 * 32 * 9 + 64 * 4 * 5);
}

TEST(Graph, RefusesWhatIsNotOnnx) {
    const Bytes noise(1000, 0x5a);
    EXPECT_EQ(read_graph({}, labels).error().kind, ErrorKind::malformed);
    EXPECT_EQ(read_graph(noise, labels).error().kind, ErrorKind::malformed);
    auto cut = testing_support::small_network(labels).bytes();
    cut.resize(cut.size() / 2);
    EXPECT_EQ(read_graph(cut, labels).error().kind, ErrorKind::malformed);
}

TEST(Graph, HasAtMostThirtyTwoMebibytes) {
    auto net = testing_support::small_network(labels);
    auto& note = *net.model.mutable_doc_string();
    constexpr std::size_t most = std::size_t{32} << 20U;
    note.assign(most, 'x');
    note.resize(most - (net.bytes().size() - most));
    ASSERT_EQ(net.bytes().size(), most);
    EXPECT_TRUE(read(net));
    note += 'x';
    EXPECT_EQ(read(net).error().kind, ErrorKind::too_large);
}

TEST(Graph, TakesOperatorVersionsSevenToEighteen) {
    for (const std::int64_t opset : {7, 18})
        EXPECT_EQ(
            refusal_after([&](auto& n) { n.model.mutable_opset_import(0)->set_version(opset); }),
            "");
    for (const std::int64_t opset : {6, 19, -1})
        EXPECT_THAT(
            refusal_after([&](auto& n) { n.model.mutable_opset_import(0)->set_version(opset); }),
            HasSubstr("7 to 18"));
    EXPECT_THAT(refusal_after([](auto& n) { n.model.clear_opset_import(); }),
                HasSubstr("which version"));
}

TEST(Graph, RefusesOtherOperators) {
    EXPECT_THAT(refusal_after([](auto& n) { n.graph().mutable_node(1)->set_op_type("Loop"); }),
                HasSubstr("Loop is not taken"));
    EXPECT_THAT(refusal_after([](auto& n) { n.graph().mutable_node(1)->set_domain("com.evil"); }),
                HasSubstr("not one of ONNX's own"));
    EXPECT_THAT(refusal_after([](auto& n) {
                    auto& attribute = *n.graph().mutable_node(1)->add_attribute();
                    attribute.set_name("body");
                    attribute.set_type(onnx::AttributeProto::GRAPH);
                }),
                HasSubstr("cannot be read"));
}

TEST(Graph, RefusesWeightsInOtherFiles) {
    EXPECT_THAT(refusal_after([](auto& n) {
                    auto& tensor = *n.graph().mutable_initializer(0);
                    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
                    auto& where = *tensor.add_external_data();
                    where.set_key("location");
                    where.set_value("/etc/passwd");
                }),
                HasSubstr("another file"));
}

TEST(Graph, RefusesWeightsThatAreIncompleteOrNotFinite) {
    EXPECT_THAT(refusal_after([](auto& n) {
                    n.graph().mutable_initializer(0)->mutable_raw_data()->pop_back();
                }),
                HasSubstr("incomplete"));
    EXPECT_THAT(refusal_after([](auto& n) { n.graph().mutable_initializer(0)->clear_raw_data(); }),
                HasSubstr("incomplete"));
    EXPECT_THAT(refusal_after([](auto& n) { n.graph().mutable_initializer(0)->set_dims(0, -1); }),
                HasSubstr("cannot be"));
    EXPECT_THAT(refusal_after([](auto& n) {
                    n.graph().mutable_initializer(0)->set_dims(0, std::int64_t{1} << 40U);
                }),
                HasSubstr("cannot be"));
    EXPECT_THAT(refusal_after([](auto& n) {
                    n.graph().mutable_initializer(0)->set_data_type(onnx::TensorProto::FLOAT16);
                }),
                HasSubstr("neither"));
    EXPECT_THAT(refusal_after([](auto& n) {
                    const float nan = std::numeric_limits<float>::quiet_NaN();
                    auto& raw = *n.graph().mutable_initializer(0)->mutable_raw_data();
                    raw.replace(0, sizeof nan, reinterpret_cast<const char*>(&nan), sizeof nan);
                }),
                HasSubstr("not finite"));
}

TEST(Graph, RefusesNamesUsedTwiceOrBeforeTheyAreGiven) {
    EXPECT_THAT(refusal_after([](auto& n) { n.graph().mutable_node(0)->set_input(0, "later"); }),
                HasSubstr("before anything gives it"));
    EXPECT_THAT(refusal_after([](auto& n) { n.graph().mutable_node(1)->set_output(0, "image"); }),
                HasSubstr("twice"));
    EXPECT_THAT(refusal_after([](auto& n) { n.graph().mutable_node(1)->add_output("second"); }),
                HasSubstr("one result"));
    EXPECT_THAT(refusal_after([](auto& n) { n.graph().mutable_node(1)->clear_output(); }),
                HasSubstr("one result"));
}

TEST(Graph, NeedsOneInputOfTheRightShape) {
    EXPECT_THAT(refusal_after([](auto& n) { n.graph().clear_input(); }), HasSubstr("no input"));
    EXPECT_THAT(refusal_after([](auto& n) {
                    auto second = n.graph().input(0);
                    second.set_name("second");
                    *n.graph().add_input() = second;
                }),
                HasSubstr("more than one input"));
    EXPECT_THAT(refusal_after([](auto& n) {
                    n.graph()
                        .mutable_input(0)
                        ->mutable_type()
                        ->mutable_tensor_type()
                        ->mutable_shape()
                        ->mutable_dim(2)
                        ->set_dim_value(28);
                }),
                HasSubstr("[N, 1, 48, 48]"));
    EXPECT_THAT(
        refusal_after([](auto& n) {
            n.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
                onnx::TensorProto::UINT8);
        }),
        HasSubstr("32-bit floats"));
}

TEST(Graph, NeedsOneOutputThatFitsTheLabels) {
    EXPECT_THAT(refusal_after([](auto& n) { n.graph().clear_output(); }), HasSubstr("one output"));
    EXPECT_THAT(refusal_after([](auto& n) { n.output("image", 5); }), HasSubstr("labels"));
    EXPECT_THAT(refusal_after([](auto& n) { n.output("nowhere", 5); }), HasSubstr("Nothing"));
    EXPECT_THAT(read_graph(testing_support::small_network(6).bytes(), labels).error().detail,
                HasSubstr("with 5 labels"));
}

TEST(Graph, MayGiveAnEmbeddingBesideTheLogits) {
    const auto plain = read_graph(testing_support::small_network(5).bytes(), 5);
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->embedding_size(), 0U);
    const auto graph = read_graph(testing_support::embedding_network(5, 12).bytes(), 5);
    ASSERT_TRUE(graph) << graph.error().detail;
    EXPECT_EQ(graph->embedding_size(), 12U);
    EXPECT_EQ(graph->value(graph->embedding).name, "embedding");
    EXPECT_EQ(graph->value(graph->output).dims, (Sizes{probe_batch, 5}));
    EXPECT_TRUE(read_graph(testing_support::embedding_network(5, 1024).bytes(), 5));
    EXPECT_FALSE(read_graph(testing_support::embedding_network(5, 1025).bytes(), 5));
}

TEST(Graph, GivesNothingElse) {
    auto other = testing_support::embedding_network(5, 12);
    other.graph().mutable_output(1)->set_name(other.graph().node(0).output(0));
    EXPECT_EQ(read_graph(other.bytes(), 5).error().field, "model");
    auto third = testing_support::embedding_network(5, 12);
    third.further_output(third.graph().node(0).output(0), 8);
    EXPECT_EQ(read_graph(third.bytes(), 5).error().field, "model");
    auto twice = testing_support::embedding_network(5, 12);
    twice.further_output("embedding", 12);
    EXPECT_EQ(read_graph(twice.bytes(), 5).error().field, "model");
    auto maps = testing_support::embedding_network(5, 12);
    maps.graph()
        .mutable_node(maps.graph().node_size() - 1)
        ->set_input(0, maps.graph().node(0).output(0));
    EXPECT_THAT(read_graph(maps.bytes(), 5).error().detail, HasSubstr("embedding"));
}

TEST(Graph, WantsLogits) {
    OnnxBuilder net;
    const auto logits = net.gemm(net.flatten(net.apply("GlobalMaxPool", {"image"})), 1, labels);
    net.output(net.apply("Softmax", {logits}), labels);
    EXPECT_THAT(refusal(net), HasSubstr("logits"));
}

TEST(Graph, WantsAnyBatchSize) {
    OnnxBuilder net;
    const auto pooled = net.pool("MaxPool", "image", 8);
    const auto flat = net.apply("Reshape", {pooled, net.integers({1, 36})});
    net.output(net.gemm(flat, 36, labels), labels);
    EXPECT_THAT(refusal(net), HasSubstr("batches of any size"));
}

TEST(Graph, TakesTheOperatorsOfPlainNetworks) {
    using Middle = std::function<std::string(OnnxBuilder&, std::string)>;
    const std::vector<Middle> middles{
        [](auto& n, auto in) { return n.apply("Relu", {in}); },
        [](auto& n, auto in) { return n.apply("HardSwish", {in}); },
        [](auto& n, auto in) {
            return n.apply("Add", {in, n.apply("Sigmoid", {in})});
        },
        [](auto& n, auto in) {
            return n.apply("Mul", {in, n.random({1, 4, 1, 1}, 1)});
        },
        [](auto& n, auto in) { return n.conv(in, 4, 4, 3, 2, 4); },
        [](auto& n, auto in) { return n.pool("MaxPool", in, 2); },
        [](auto& n, auto in) {
            return n.apply("BatchNormalization", {in, n.random({4}, 1), n.random({4}, 1),
                                                  n.random({4}, 1), n.tensor({4}, {1, 1, 1, 1})});
        },
        [](auto& n, auto in) {
            auto& node = n.add("ReduceMean", {in});
            n.sizes(node, "axes", {2, 3});
            return node.output(0);
        },
        [](auto& n, auto in) {
            auto& node = n.add("Transpose", {in});
            n.sizes(node, "perm", {0, 1, 3, 2});
            return node.output(0);
        },
        [](auto& n, auto in) {
            return n.apply("Reshape", {in, n.integers({0, 4, 24, -1})});
        },
        [](auto& n, auto in) {
            return n.apply("Squeeze",
                           {n.apply("Unsqueeze", {in, n.integers({2})}), n.integers({2})});
        },
        [](auto& n, auto in) {
            return n.apply("Pad", {in, n.integers({0, 0, 1, 1, 0, 0, 1, 1})});
        },
    };
    for (std::size_t i = 0; i < middles.size(); ++i) EXPECT_EQ(refusal_with(middles[i]), "") << i;
    EXPECT_EQ(refusal_with(
                  [](auto& n, auto in) {
                      auto& node = n.add("Concat", {in, in});
                      n.integer(node, "axis", 1);
                      return node.output(0);
                  },
                  8),
              "");
}

/// A network that would be small on disk and huge in memory.
TEST(Graph, BoundsMemory) {
    EXPECT_THAT(refusal_with([](auto& n, auto in) {
                    for (int i = 0; i < 60; ++i) {
                        auto& node = n.add("Concat", {in, in});
                        n.integer(node, "axis", 1);
                        in = node.output(0);
                    }
                    return in;
                }),
                HasSubstr("more than can be held"));
    EXPECT_THAT(refusal_with([](auto& n, auto in) {
                    for (int i = 0; i < 60; ++i)
                        in = n.apply("Pad", {in, n.integers({0, 0, 256, 256, 0, 0, 256, 256})});
                    return in;
                }),
                HasSubstr("more than can be held"));
    EXPECT_THAT(refusal_with([](auto& n, auto in) {
                    for (int i = 0; i < 1900; ++i) in = n.conv(in, 4, 4, 7);
                    return in;
                }),
                HasSubstr("too large"));
}

TEST(Graph, BoundsOperators) {
    EXPECT_EQ(refusal_with([](auto& n, auto in) {
                  for (int i = 0; i < 1995; ++i) in = n.apply("Identity", {in});
                  return in;
              }).find("operators"),
              std::string::npos);
    EXPECT_THAT(refusal_with([](auto& n, auto in) {
                    for (int i = 0; i < 1997; ++i) in = n.apply("Identity", {in});
                    return in;
                }),
                HasSubstr("at most 2000"));
}

TEST(Graph, RefusesWindowsThatCannotBe) {
    const auto pool_with = [](std::string_view name, Sizes sizes) {
        return refusal_with([&](auto& n, auto in) {
            auto& node = n.add("MaxPool", {in});
            n.sizes(node, "kernel_shape", {3, 3});
            n.sizes(node, std::string(name), sizes);
            return node.output(0);
        });
    };
    for (const auto& sizes : {Sizes{0, 1}, Sizes{-1, 1}, Sizes{1}, Sizes{257, 1},
                              Sizes{std::numeric_limits<std::int64_t>::max(), 1}})
        EXPECT_THAT(pool_with("strides", sizes), HasSubstr("window"));
    EXPECT_THAT(pool_with("pads", {-1, 0, 0, 0}), HasSubstr("window"));
    EXPECT_THAT(pool_with("pads", {3, 0, 0, 0}), HasSubstr("pads by more"));
    EXPECT_EQ(pool_with("pads", {2, 0, 0, 0}), "");
    EXPECT_THAT(pool_with("dilations", {24, 24}), HasSubstr("larger than its input"));
    EXPECT_EQ(pool_with("dilations", {23, 23}), "");
}

TEST(Graph, RefusesTransposesThatDoNotFit) {
    const auto transposed = [](Sizes order) {
        return refusal_with([&](auto& n, auto in) {
            auto& node = n.add("Transpose", {in});
            n.sizes(node, "perm", order);
            return node.output(0);
        });
    };
    for (const auto& order : {Sizes{1, 0, 2, 3}, Sizes{0, 1, 2}, Sizes{0, 1, 2, 4},
                              Sizes{0, 1, 1, 2}, Sizes{0, 1, 2, -9}, Sizes{}})
        EXPECT_NE(transposed(order), "");
    EXPECT_EQ(transposed({0, -3, 3, 2}), "");
}

TEST(Graph, RefusesConvolutionsThatDoNotFit) {
    EXPECT_NE(refusal_with([](auto& n, auto in) { return n.conv(in, 8, 4); }), "");
    EXPECT_NE(refusal_with([](auto& n, auto in) {
                  auto& node = n.add("Conv", {in, in});
                  return node.output(0);
              }),
              "");
    EXPECT_NE(refusal_with([](auto& n, auto in) {
                  auto& node = n.add("Conv", {in, n.random({4, 4, 3, 3}, 1), n.random({3}, 1)});
                  return node.output(0);
              }),
              "");
    EXPECT_NE(refusal_with([](auto& n, auto in) {
                  auto& node = n.add("Conv", {in, n.random({4, 4, 3, 3}, 1)});
                  n.integer(node, "group", std::int64_t{0});
                  return node.output(0);
              }),
              "");
    EXPECT_NE(refusal_with([](auto& n, auto in) {
                  auto& node = n.add("Conv", {in, n.random({4, 4, 3, 3}, 1)});
                  n.sizes(node, "kernel_shape", Sizes{5, 5});
                  return node.output(0);
              }),
              "");
}

}  // namespace
}  // namespace croquis::recognition
