#include "recognition/head.h"

#include <fmt/format.h>

#include <algorithm>
#include <oneapi/dnnl/dnnl.hpp>
#include <set>
#include <string>

#include "recognition/answer.h"
#include "recognition/graph.h"
#include "recognition/onnx_model.h"

namespace croquis::recognition {
namespace {

Error malformed(std::string detail) {
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
    return malformed("What the network's last layer reads cannot be an embedding.");
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

/// What makes a value of a checked network; null for its input and for weights.
const Node* maker_of(const Graph& graph, std::size_t value) {
    for (const auto& node : graph.nodes)
        if (node.output == value) return &node;
    return nullptr;
}

/// The value that `value` is a copy of.
std::size_t original_of(const Graph& graph, std::size_t value) {
    for (const auto* node = maker_of(graph, value);
         node != nullptr && (node->type == "Identity" || node->type == "Dropout");
         node = maker_of(graph, value))
        value = node->inputs.front();
    return value;
}

/// The weights of a product as labels x width, whichever way round the network keeps them.
std::vector<float> by_label(const Value& weights, bool transposed, std::size_t labels,
                            std::size_t width) {
    if (transposed) return weights.floats;
    std::vector<float> turned(labels * width);
    for (std::size_t k = 0; k < width; ++k)
        for (std::size_t j = 0; j < labels; ++j)
            turned[j * width + k] = weights.floats[k * labels + j];
    return turned;
}

/// A product of the embedding and constant weights, with a bias of `labels` numbers or none.
std::optional<HeadLayer> layer_of(const Graph& graph, const Node& product, std::size_t bias,
                                  std::size_t labels) {
    const bool plain = product.integer("transA", 0) == 0 && product.real("alpha", 1) == 1 &&
                       product.real("beta", 1) == 1;
    const std::size_t width = graph.embedding_size();
    if (!plain || !product.has_input(1) ||
        original_of(graph, product.inputs[0]) != original_of(graph, graph.embedding))
        return std::nullopt;
    const auto& weights = graph.value(product.inputs[1]);
    if (weights.floats.size() != labels * width) return std::nullopt;
    HeadLayer layer{labels, width, {}, std::vector<float>(labels)};
    layer.weights = by_label(weights, product.integer("transB", 0) != 0, labels, width);
    if (bias == Node::none) return layer;
    if (graph.value(bias).floats.size() != labels) return std::nullopt;
    layer.bias = graph.value(bias).floats;
    return layer;
}

}  // namespace

Result<std::optional<HeadLayer>> head_of(BytesView onnx, std::size_t labels) {
    const auto graph = read_graph(onnx, labels);
    if (!graph) return graph.error();
    if (graph->embedding == Node::none) return std::optional<HeadLayer>();
    const auto* node = maker_of(*graph, original_of(*graph, graph->output));
    if (node == nullptr) return std::optional<HeadLayer>();
    if (node->type == "Gemm")
        return layer_of(*graph, *node, node->has_input(2) ? node->inputs[2] : Node::none, labels);
    if (node->type == "MatMul") return layer_of(*graph, *node, Node::none, labels);
    if (node->type != "Add") return std::optional<HeadLayer>();
    for (const std::size_t side : {0, 1}) {
        const auto* product = maker_of(*graph, node->inputs[side]);
        if (product != nullptr && product->type == "MatMul")
            return layer_of(*graph, *product, node->inputs[1 - side], labels);
    }
    return std::optional<HeadLayer>();
}

Result<std::vector<Prediction>> answers_of(const HeadLayer& head, const ModelInfo& info,
                                           std::span<const float> embeddings) {
    const std::size_t rows = head.width == 0 ? 0 : embeddings.size() / head.width;
    if (rows * head.width != embeddings.size() || head.labels != info.labels.size())
        return Error{ErrorKind::internal, "The embeddings are not those that the layer reads."};
    std::vector<float> logits(rows * head.labels);
    for (std::size_t i = 0; i < rows; ++i)
        std::copy(head.bias.begin(), head.bias.end(),
                  logits.begin() + static_cast<std::ptrdiff_t>(i * head.labels));
    const auto dim = [](std::size_t size) { return static_cast<dnnl_dim_t>(size); };
    if (rows > 0)
        dnnl::sgemm('N', 'T', dim(rows), dim(head.labels), dim(head.width), 1.0F, embeddings.data(),
                    dim(head.width), head.weights.data(), dim(head.width), 1.0F, logits.data(),
                    dim(head.labels));
    std::vector<Prediction> answers;
    answers.reserve(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        auto answer = to_prediction(std::span(logits).subspan(i * head.labels, head.labels), info);
        if (!answer) return answer.error();
        answers.push_back(std::move(*answer));
    }
    return answers;
}

std::string trunk_of(BytesView onnx, const Scaling& scaling) {
    constexpr std::size_t letters = 16;
    auto model = parse_checked(onnx);
    auto& network = *model.mutable_graph();
    const auto& outputs = network.output();
    if (std::none_of(outputs.begin(), outputs.end(), is_embedding)) return {};
    prune_to_embedding(network);
    std::string all = fmt::format("{} {}", scaling.mean, scaling.scale);
    for (const auto& version : model.opset_import()) all += version.SerializeAsString();
    for (const auto& node : network.node()) all += node.SerializeAsString();
    for (const auto& weights : network.initializer()) all += weights.SerializeAsString();
    return to_hex(sha256(as_bytes(all))).substr(0, letters);
}

Result<EmbeddingNetwork> with_embedding(BytesView onnx, std::size_t labels) {
    const auto graph = read_graph(onnx, labels);
    if (!graph) return graph.error();
    if (graph->embedding != Node::none)
        return EmbeddingNetwork{Bytes(onnx.begin(), onnx.end()), graph->embedding_size()};
    auto model = parse_checked(onnx);
    auto& network = *model.mutable_graph();
    const auto read = read_by_last_product(network);
    if (read.empty())
        return malformed("The network does not end in a matrix product, and has no embedding.");
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
        return malformed(fmt::format("The layer reads {} numbers, the network's embedding has {}.",
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
