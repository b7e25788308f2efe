#pragma once

#include <boost/json.hpp>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "core/bytes.h"

#include "recognition/onnx_model.h"

namespace croquis::testing_support {

/// Writes small ONNX networks with random weights (always the same), operator by operator. Each
/// operator returns its result's name. `model` is open to whatever a test wants to break.
class OnnxBuilder {
  public:
    using Sizes = std::vector<std::int64_t>;

    explicit OnnxBuilder(std::int64_t opset = 11) {
        model.set_ir_version(6);
        auto* imported = model.add_opset_import();
        imported->set_domain("");
        imported->set_version(opset);
        graph().set_name("test");
        describe(*graph().add_input(), "image", {1, 48, 48});
    }

    onnx::GraphProto& graph() { return *model.mutable_graph(); }

    onnx::NodeProto& add(const std::string& type, const std::vector<std::string>& inputs) {
        auto* node = graph().add_node();
        node->set_op_type(type);
        const std::string name = type + std::to_string(graph().node_size());
        node->set_name(name);
        for (const auto& input : inputs) node->add_input(input);
        node->add_output(name);
        return *node;
    }

    std::string apply(const std::string& type, const std::vector<std::string>& inputs) {
        return add(type, inputs).output(0);
    }

    std::string conv(const std::string& in, std::int64_t from, std::int64_t to,
                     std::int64_t kernel = 3, std::int64_t stride = 1, std::int64_t group = 1) {
        const auto weights =
            random({to, from / group, kernel, kernel},
                   std::sqrt(2.0F / static_cast<float>(from / group * kernel * kernel)));
        auto& node = add("Conv", {in, weights, random({to}, 0.1F)});
        sizes(node, "kernel_shape", {kernel, kernel});
        sizes(node, "strides", {stride, stride});
        sizes(node, "pads", Sizes(4, kernel / 2));
        integer(node, "group", group);
        return node.output(0);
    }

    std::string pool(const std::string& type, const std::string& in, std::int64_t side) {
        auto& node = add(type, {in});
        sizes(node, "kernel_shape", {side, side});
        sizes(node, "strides", {side, side});
        return node.output(0);
    }

    std::string flatten(const std::string& in) {
        auto& node = add("Flatten", {in});
        integer(node, "axis", 1);
        return node.output(0);
    }

    std::string gemm(const std::string& in, std::int64_t from, std::int64_t to) {
        const float spread = 2.0F / std::sqrt(static_cast<float>(from));
        auto& node = add("Gemm", {in, random({to, from}, spread), random({to}, 0.1F)});
        integer(node, "transB", 1);
        return node.output(0);
    }

    void output(const std::string& name, std::int64_t labels) {
        graph().clear_output();
        describe(*graph().add_output(), name, {labels});
    }

    /// A second output, beside the labels'.
    void further_output(const std::string& name, std::int64_t size) {
        describe(*graph().add_output(), name, {size});
    }

    /// Gives what `value` is under another name.
    std::string named(const std::string& value, const std::string& name) {
        auto& node = add("Identity", {value});
        node.set_output(0, name);
        return name;
    }

    std::string tensor(const Sizes& sizes, const std::vector<float>& values) {
        auto& tensor = new_tensor(sizes, onnx::TensorProto::FLOAT);
        tensor.set_raw_data(values.data(), values.size() * sizeof(float));
        return tensor.name();
    }

    std::string integers(const Sizes& values) {
        auto& tensor =
            new_tensor({static_cast<std::int64_t>(values.size())}, onnx::TensorProto::INT64);
        for (const auto value : values) tensor.add_int64_data(value);
        return tensor.name();
    }

    std::string random(const Sizes& sizes, float spread) {
        std::size_t count = 1;
        for (const auto size : sizes) count *= static_cast<std::size_t>(size);
        std::normal_distribution<float> normal(0, spread);
        std::vector<float> values(count);
        for (auto& value : values) value = normal(generator_);
        return tensor(sizes, values);
    }

    static void integer(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
        auto& attribute = *node.add_attribute();
        attribute.set_name(name);
        attribute.set_type(onnx::AttributeProto::INT);
        attribute.set_i(value);
    }
    static void sizes(onnx::NodeProto& node, const std::string& name, const Sizes& values) {
        auto& attribute = *node.add_attribute();
        attribute.set_name(name);
        attribute.set_type(onnx::AttributeProto::INTS);
        for (const auto value : values) attribute.add_ints(value);
    }
    [[nodiscard]] Bytes bytes() const {
        const auto text = model.SerializeAsString();
        return {text.begin(), text.end()};
    }

    onnx::ModelProto model;

  private:
    onnx::TensorProto& new_tensor(const Sizes& sizes, onnx::TensorProto::DataType type) {
        auto& tensor = *graph().add_initializer();
        tensor.set_name("constant" + std::to_string(graph().initializer_size()));
        tensor.set_data_type(type);
        for (const auto size : sizes) tensor.add_dims(size);
        return tensor;
    }

    static void describe(onnx::ValueInfoProto& value, const std::string& name, const Sizes& sizes) {
        value.set_name(name);
        auto& type = *value.mutable_type()->mutable_tensor_type();
        type.set_elem_type(onnx::TensorProto::FLOAT);
        type.mutable_shape()->add_dim()->set_dim_param("N");
        for (const auto size : sizes) type.mutable_shape()->add_dim()->set_dim_value(size);
    }

    std::mt19937 generator_{1};
};

/// A network of the shipped one's form: four convolutions, pooling, one dense layer.
inline OnnxBuilder small_network(std::int64_t labels, std::int64_t width = 16) {
    OnnxBuilder net;
    std::string last = "image";
    std::int64_t from = 1;
    for (const auto& [to, stride] : {std::pair{width, 2}, {2 * width, 2}, {4 * width, 2}}) {
        last = net.apply("Relu", {net.conv(last, from, to, 3, stride)});
        from = to;
    }
    last = net.flatten(net.pool("AveragePool", last, 3));
    net.output(net.gemm(last, from * 4, labels), labels);
    return net;
}

/// The same with an embedding of `size` numbers as its second output.
inline OnnxBuilder embedding_network(std::int64_t labels, std::int64_t size) {
    OnnxBuilder net;
    auto last = net.apply("Relu", {net.conv("image", 1, 8, 3, 2)});
    last = net.apply("Relu", {net.conv(last, 8, 16, 3, 2)});
    const auto pooled = net.pool("AveragePool", last, 6);
    const auto flat = net.flatten(pooled);
    net.output(net.gemm(flat, 64, labels), labels);
    net.named(net.flatten(net.pool("AveragePool", net.conv(pooled, 16, size), 2)), "embedding");
    net.further_output("embedding", size);
    return net;
}

/// A card for labels "a", "b", … and last "unknown".
inline boost::json::object small_card(std::size_t labels) {
    boost::json::array names;
    for (std::size_t i = 0; i + 1 < labels; ++i) names.emplace_back("label-" + std::to_string(i));
    names.emplace_back("unknown");
    return {{"name", "test"},
            {"labels", names},
            {"temperature", 1.0},
            {"unknown_below", 0.0},
            {"input",
             {{"width", 48}, {"height", 48}, {"channels", 1}, {"scale", 1.0 / 255}, {"mean", 0}}}};
}

}  // namespace croquis::testing_support
