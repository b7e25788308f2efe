#include "recognition/head.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "recognition/graph.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#include <onnx/onnx_pb.h>
#pragma GCC diagnostic pop

namespace croquis::recognition {
namespace {

Error wrong(std::string detail) {
    return {ErrorKind::invalid, std::move(detail), "model"};
}

bool is_embedding(const onnx::ValueInfoProto& output) {
    return output.name() == embedding_output;
}

const onnx::NodeProto* maker_of(const onnx::GraphProto& graph, const std::string& value) {
    for (const auto& node : graph.node())
        if (std::find(node.output().begin(), node.output().end(), value) != node.output().end())
            return &node;
    return nullptr;
}

std::string logits_of(const onnx::GraphProto& graph) {
    for (const auto& output : graph.output())
        if (!is_embedding(output)) return output.name();
    return {};
}

/// What the last matrix product reads, looking back from the logits over an added bias.
std::string read_by_last_product(const onnx::GraphProto& graph) {
    const auto* node = maker_of(graph, logits_of(graph));
    if (node != nullptr && node->op_type() == "Add") {
        const auto* left = maker_of(graph, node->input(0));
        node = left != nullptr ? left : maker_of(graph, node->input(1));
    }
    if (node == nullptr || (node->op_type() != "Gemm" && node->op_type() != "MatMul")) return {};
    return node->input(0);
}

void describe(onnx::ValueInfoProto& output, std::string_view name, std::size_t size) {
    output.set_name(std::string(name));
    auto& tensor = *output.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(onnx::TensorProto::FLOAT);
    tensor.clear_shape();
    tensor.mutable_shape()->add_dim()->set_dim_param("N");
    tensor.mutable_shape()->add_dim()->set_dim_value(static_cast<std::int64_t>(size));
}

/// How many numbers the value has, for one picture.
Result<std::size_t> size_of(const Graph& graph, const std::string& name) {
    for (const auto& value : graph.values)
        if (value.name == name && value.dims.size() == 2 && value.dims[1] >= 1 &&
            value.dims[1] <= max_embedding)
            return static_cast<std::size_t>(value.dims[1]);
    return wrong("What the network's last layer reads cannot be an embedding.");
}

Result<Bytes> serialised(const onnx::ModelProto& model) {
    Bytes bytes(model.ByteSizeLong());
    if (!model.SerializeToArray(bytes.data(), static_cast<int>(bytes.size())))
        return Error{ErrorKind::internal, "The network cannot be written."};
    return bytes;
}

/// Reads what read_graph has checked.
onnx::ModelProto parse_checked(BytesView onnx) {
    onnx::ModelProto model;
    model.ParseFromArray(onnx.data(), static_cast<int>(onnx.size()));
    return model;
}

/// Removes the nodes and weights that the embedding does not need.
void prune_to_embedding(onnx::GraphProto& graph) {
    std::set<std::string> needed{std::string(embedding_output)};
    google::protobuf::RepeatedPtrField<onnx::NodeProto> kept;
    for (int i = graph.node_size() - 1; i >= 0; --i) {
        const auto& node = graph.node(i);
        const bool used = std::any_of(node.output().begin(), node.output().end(),
                                      [&](const auto& name) { return needed.contains(name); });
        if (!used) continue;
        needed.insert(node.input().begin(), node.input().end());
        *kept.Add() = node;
    }
    std::reverse(kept.pointer_begin(), kept.pointer_end());
    graph.mutable_node()->Swap(&kept);
    auto& weights = *graph.mutable_initializer();
    weights.erase(std::remove_if(weights.begin(), weights.end(),
                                 [&](const auto& one) { return !needed.contains(one.name()); }),
                  weights.end());
    graph.clear_value_info();
}

void add_weights(onnx::GraphProto& graph, const std::string& name,
                 const std::vector<std::int64_t>& dims, const std::vector<float>& numbers) {
    auto& tensor = *graph.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (const auto dim : dims) tensor.add_dims(dim);
    tensor.set_raw_data(numbers.data(), numbers.size() * sizeof(float));
}

void add_layer(onnx::GraphProto& graph, const std::string& reads, const std::string& gives,
               const HeadLayer& head) {
    const auto labels = static_cast<std::int64_t>(head.labels);
    add_weights(graph, "head.weight", {labels, static_cast<std::int64_t>(head.width)},
                head.weights);
    add_weights(graph, "head.bias", {labels}, head.bias);
    auto& node = *graph.add_node();
    node.set_name(gives);
    node.set_op_type("Gemm");
    node.add_input(reads);
    node.add_input("head.weight");
    node.add_input("head.bias");
    node.add_output(gives);
    auto& transposed = *node.add_attribute();
    transposed.set_name("transB");
    transposed.set_type(onnx::AttributeProto::INT);
    transposed.set_i(1);
}

}  // namespace

Result<EmbeddingNetwork> with_embedding(BytesView onnx, std::size_t labels) {
    const auto graph = read_graph(onnx, labels);
    if (!graph) return graph.error();
    if (graph->embedding != Node::none)
        return EmbeddingNetwork{Bytes(onnx.begin(), onnx.end()), graph->embedding_size()};
    auto model = parse_checked(onnx);
    auto& network = *model.mutable_graph();
    const auto read = read_by_last_product(network);
    if (read.empty())
        return wrong("The network does not end in a matrix product, and has no embedding.");
    const auto size = size_of(*graph, read);
    if (!size) return size.error();
    auto& node = *network.add_node();
    node.set_name(std::string(embedding_output));
    node.set_op_type("Identity");
    node.add_input(read);
    node.add_output(std::string(embedding_output));
    describe(*network.add_output(), embedding_output, *size);
    auto bytes = serialised(model);
    if (!bytes) return bytes.error();
    return EmbeddingNetwork{std::move(*bytes), *size};
}

Result<Bytes> with_head(BytesView onnx, std::size_t labels, const HeadLayer& head) {
    const auto trunk = with_embedding(onnx, labels);
    if (!trunk) return trunk.error();
    if (head.width != trunk->size || head.weights.size() != head.labels * head.width ||
        head.bias.size() != head.labels)
        return wrong(fmt::format("The layer reads {} numbers, the network's embedding has {}.",
                                 head.width, trunk->size));
    auto model = parse_checked(trunk->onnx);
    auto& network = *model.mutable_graph();
    const std::string reads(embedding_output);
    const std::string gives = "taught.logits";
    prune_to_embedding(network);
    for (auto& output : *network.mutable_output())
        if (!is_embedding(output)) describe(output, gives, head.labels);
    add_layer(network, reads, gives, head);
    return serialised(model);
}

}  // namespace croquis::recognition
