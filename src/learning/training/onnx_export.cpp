#include "learning/training/onnx_export.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#include <onnx/onnx_pb.h>
#pragma GCC diagnostic pop

namespace croquis::learning {
namespace {

using onnx::GraphProto;
using onnx::NodeProto;

void add_tensor(GraphProto& graph, const std::string& name, const torch::Tensor& values) {
    auto* tensor = graph.add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto_DataType_FLOAT);
    for (const auto size : values.sizes()) tensor->add_dims(size);
    const auto flat = values.contiguous().to(torch::kFloat32);
    tensor->set_raw_data(flat.data_ptr<float>(),
                         static_cast<std::size_t>(flat.numel()) * sizeof(float));
}

NodeProto& add_node(GraphProto& graph, const std::string& type,
                    std::initializer_list<std::string> inputs, const std::string& output) {
    auto* node = graph.add_node();
    node->set_op_type(type);
    node->set_name(output);
    for (const auto& input : inputs) node->add_input(input);
    node->add_output(output);
    return *node;
}

void add_integers(NodeProto& node, const std::string& name,
                  std::initializer_list<std::int64_t> values) {
    auto* attribute = node.add_attribute();
    attribute->set_name(name);
    attribute->set_type(onnx::AttributeProto_AttributeType_INTS);
    for (const auto value : values) attribute->add_ints(value);
}

void add_integer(NodeProto& node, const std::string& name, std::int64_t value) {
    auto* attribute = node.add_attribute();
    attribute->set_name(name);
    attribute->set_type(onnx::AttributeProto_AttributeType_INT);
    attribute->set_i(value);
}

void describe(onnx::ValueInfoProto& value, const std::string& name,
              std::initializer_list<std::int64_t> dims) {
    value.set_name(name);
    auto* type = value.mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto_DataType_FLOAT);
    type->mutable_shape()->add_dim()->set_dim_param("N");
    for (const auto dim : dims) type->mutable_shape()->add_dim()->set_dim_value(dim);
}

/// Convolution i with its normalisation folded in (Jacob et al. 2018, section 3.2).
std::string add_stage(GraphProto& graph, const Network& network, std::size_t i,
                      const std::string& input) {
    const auto& conv = network->convolutions[i];
    const auto& norm = network->normalisations[i];
    const auto scale = norm->weight / torch::sqrt(norm->running_var + norm->options.eps());
    const std::string name = "conv" + std::to_string(i);
    add_tensor(graph, name + ".weight", conv->weight * scale.view({-1, 1, 1, 1}));
    add_tensor(graph, name + ".bias", norm->bias - norm->running_mean * scale);
    auto& node = add_node(graph, "Conv", {input, name + ".weight", name + ".bias"}, name);
    const std::int64_t stride = network->layout().stages[i].stride;
    add_integers(node, "kernel_shape", {3, 3});
    add_integers(node, "pads", {1, 1, 1, 1});
    add_integers(node, "strides", {stride, stride});
    add_node(graph, "Relu", {name}, stage_output(i));
    return stage_output(i);
}

/// The projection as a convolution over the whole of the maps, so that an engine can round it to 8
/// bits like the others; its centring and scaling are folded in.
void add_embedding(GraphProto& graph, const Network& network) {
    const auto& norm = network->centring;
    const auto scale = 1 / torch::sqrt(norm->running_var + norm->options.eps());
    const std::int64_t grid = network->grid();
    const std::int64_t channels = network->layout().stages.back().channels;
    add_tensor(graph, "embedding.weight",
               (network->projection->weight * scale.view({-1, 1}))
                   .view({embedding_size, channels, grid, grid}));
    add_tensor(graph, "embedding.bias", -norm->running_mean * scale);
    auto& node =
        add_node(graph, "Conv", {pool_output, "embedding.weight", "embedding.bias"}, "projection");
    add_integers(node, "kernel_shape", {grid, grid});
    add_integers(node, "pads", {0, 0, 0, 0});
    add_integers(node, "strides", {1, 1});
    add_integer(add_node(graph, "Flatten", {"projection"}, "embedding"), "axis", 1);
    describe(*graph.add_output(), "embedding", {embedding_size});
}

}  // namespace

std::string stage_output(std::size_t stage) {
    return "relu" + std::to_string(stage);
}

std::string to_onnx(const Network& network, const std::string& name) {
    const torch::NoGradGuard no_gradients;
    onnx::ModelProto model;
    model.set_ir_version(6);
    model.set_producer_name("croquis-train");
    auto* opset = model.add_opset_import();
    opset->set_domain("");
    opset->set_version(11);
    auto& graph = *model.mutable_graph();
    graph.set_name(name);
    const std::int64_t side = network->layout().side;
    describe(*graph.add_input(), "image", {1, side, side});
    std::string last = "image";
    for (std::size_t i = 0; i < network->convolutions.size(); ++i)
        last = add_stage(graph, network, i, last);
    const std::int64_t window = network->pooling();
    auto& pooled = add_node(graph, "AveragePool", {last}, pool_output);
    add_integers(pooled, "kernel_shape", {window, window});
    add_integers(pooled, "strides", {window, window});
    add_integer(add_node(graph, "Flatten", {pool_output}, "flat"), "axis", 1);
    add_tensor(graph, "dense.weight", network->dense->weight);
    add_tensor(graph, "dense.bias", network->dense->bias);
    add_integer(add_node(graph, "Gemm", {"flat", "dense.weight", "dense.bias"}, "logits"), "transB",
                1);
    describe(*graph.add_output(), "logits", {network->layout().classes});
    add_embedding(graph, network);
    return model.SerializeAsString();
}

}  // namespace croquis::learning
