#include "recognition/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>
#include <unordered_map>

#include "drawing/normalise.h"
#include "recognition/onnx_model.h"

namespace croquis::recognition {
namespace {

static_assert(std::endian::native == std::endian::little, "ONNX's raw tensors are little-endian");

constexpr std::size_t max_onnx_bytes = 32U << 20U;
constexpr int max_nodes = 2000;
constexpr int max_rank = 5;
constexpr std::int64_t oldest_opset = 7;  // broadcasting as everywhere since
constexpr std::int64_t newest_opset = 18;

Error wrong(std::string detail) {
    return {ErrorKind::invalid, std::move(detail), "model"};
}

Result<onnx::ModelProto> parse(BytesView file) {
    if (file.size() > max_onnx_bytes)
        return Error{ErrorKind::too_large,
                     fmt::format("The model has {} bytes; at most {} are taken.", file.size(),
                                 max_onnx_bytes),
                     "model"};
    onnx::ModelProto model;
    if (file.empty() || !model.ParseFromArray(file.data(), static_cast<int>(file.size())) ||
        !model.has_graph())
        return Error{ErrorKind::malformed, "The file is not an ONNX model, or is damaged.",
                     "model"};
    return model;
}

Result<void> check_opset(const onnx::ModelProto& model) {
    bool found = false;
    for (const auto& opset : model.opset_import()) {
        if (!opset.domain().empty() && opset.domain() != "ai.onnx") continue;
        found = true;
        if (opset.version() < oldest_opset || opset.version() > newest_opset)
            return wrong(
                fmt::format("The model uses ONNX operators of version {}; {} to {} are "
                            "read.",
                            opset.version(), oldest_opset, newest_opset));
    }
    if (!found) return wrong("The model does not say which version of ONNX's operators it uses.");
    return {};
}

/// Sizes of a tensor in the file, and how many values they make.
Result<std::int64_t> count_of(const onnx::TensorProto& tensor) {
    if (tensor.dims_size() > max_rank)
        return wrong(
            fmt::format("The tensor \"{}\" has more than {} dimensions.", tensor.name(), max_rank));
    std::int64_t count = 1;
    for (const auto dim : tensor.dims()) {
        if (dim < 1 || dim > static_cast<std::int64_t>(max_onnx_bytes) / count)
            return wrong(
                fmt::format("The tensor \"{}\" has a size that cannot be.", tensor.name()));
        count *= dim;
    }
    return count;
}

/// The tensor's values from `raw_data` or from its typed list; nullopt where neither has `count`.
template <class T, class List>
std::optional<std::vector<T>> values_of(const onnx::TensorProto& tensor, const List& list,
                                        std::int64_t count) {
    const auto wanted = static_cast<std::size_t>(count);
    std::vector<T> values(wanted);
    if (tensor.has_raw_data()) {
        if (tensor.raw_data().size() != wanted * sizeof(T)) return std::nullopt;
        std::memcpy(values.data(), tensor.raw_data().data(), wanted * sizeof(T));
    } else {
        if (list.size() != count) return std::nullopt;
        std::copy(list.begin(), list.end(), values.begin());
    }
    return values;
}

Result<Value> read_constant(const onnx::TensorProto& tensor, const std::string& name) {
    const auto count = count_of(tensor);
    if (!count) return count.error();
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0)
        return wrong(
            fmt::format("The tensor \"{}\" is kept in another file; save the model as one "
                        "file.",
                        name));
    const auto incomplete = wrong(fmt::format("The tensor \"{}\" is incomplete.", name));
    Value value;
    value.name = name;
    value.dims.assign(tensor.dims().begin(), tensor.dims().end());
    value.constant = true;
    if (tensor.data_type() == onnx::TensorProto::FLOAT) {
        auto floats = values_of<float>(tensor, tensor.float_data(), *count);
        if (!floats) return incomplete;
        value.floats = std::move(*floats);
    } else if (tensor.data_type() == onnx::TensorProto::INT64) {
        auto integers = values_of<std::int64_t>(tensor, tensor.int64_data(), *count);
        if (!integers) return incomplete;
        value.integers = std::move(*integers);
    } else {
        return wrong(
            fmt::format("The tensor \"{}\" is neither of 32-bit floats nor of 64-bit "
                        "integers.",
                        name));
    }
    const auto is_finite = [](float v) { return std::isfinite(v); };
    if (!std::all_of(value.floats.begin(), value.floats.end(), is_finite))
        return wrong(fmt::format("The tensor \"{}\" has a value that is not finite.", name));
    return value;
}

Result<Attribute> read_attribute(const onnx::AttributeProto& attribute) {
    switch (attribute.type()) {
        case onnx::AttributeProto::INT:
            return Attribute(attribute.i());
        case onnx::AttributeProto::FLOAT:
            if (!std::isfinite(attribute.f())) break;
            return Attribute(attribute.f());
        case onnx::AttributeProto::STRING:
            return Attribute(attribute.s());
        case onnx::AttributeProto::INTS:
            return Attribute(
                std::vector<std::int64_t>(attribute.ints().begin(), attribute.ints().end()));
        case onnx::AttributeProto::FLOATS:
            return Attribute(
                std::vector<float>(attribute.floats().begin(), attribute.floats().end()));
        default:
            break;
    }
    return wrong(
        fmt::format("The attribute \"{}\" of an operator cannot be read here.", attribute.name()));
}

/// Turns names into indices while it reads, so that a name used before it is given, or given twice,
/// shows at once.
class Reader {
  public:
    explicit Reader(const onnx::GraphProto& from) : from_(from) {}

    Result<Graph> run(std::size_t labels) {
        auto done = check_kinds();
        if (done) done = add_constants();
        if (done) done = add_input();
        for (int i = 0; done && i < from_.node_size(); ++i) done = add_node(from_.node(i));
        if (done) done = infer_shapes(graph_);
        if (done) done = find_output(labels);
        if (!done) return done.error();
        return std::move(graph_);
    }

  private:
    [[nodiscard]] Result<void> check_kinds() const {
        if (from_.node_size() == 0) return wrong("The model has no operators.");
        if (from_.node_size() > max_nodes)
            return wrong(fmt::format("The model has {} operators; at most {} are taken.",
                                     from_.node_size(), max_nodes));
        if (from_.sparse_initializer_size() > 0 || from_.quantization_annotation_size() > 0)
            return wrong("Sparse and quantised models are not read; export plain 32-bit floats.");
        return {};
    }

    Result<std::size_t> declare(Value value) {
        if (value.name.empty() || !indices_.emplace(value.name, graph_.values.size()).second)
            return wrong(fmt::format("The model names a tensor \"{}\" twice.", value.name));
        graph_.values.push_back(std::move(value));
        return graph_.values.size() - 1;
    }

    Result<void> add_constants() {
        for (const auto& tensor : from_.initializer()) {
            auto value = read_constant(tensor, tensor.name());
            if (!value) return value.error();
            const auto index = declare(std::move(*value));
            if (!index) return index.error();
        }
        return {};
    }

    Result<void> add_input() {
        constexpr std::int64_t side = drawing::model_side;
        for (const auto& input : from_.input()) {
            if (indices_.count(input.name()) != 0) continue;  // a weight, listed as older files do
            if (graph_.input != Node::none) return wrong("The model has more than one input.");
            const auto& type = input.type().tensor_type();
            if (type.elem_type() != onnx::TensorProto::FLOAT)
                return wrong("The model's input is not of 32-bit floats.");
            const auto& shape = type.shape();
            bool fits = shape.dim_size() == 4;
            const std::array<std::int64_t, 4> expected{0, 1, side, side};
            for (int i = 1; fits && i < 4; ++i)
                fits = !shape.dim(i).has_dim_value() ||
                       shape.dim(i).dim_value() == expected[static_cast<std::size_t>(i)];
            if (!fits)
                return wrong(fmt::format("The model's input must be [N, 1, {0}, {0}].", side));
            const auto index = declare({input.name(), {probe_batch, 1, side, side}, false, {}, {}});
            if (!index) return index.error();
            graph_.input = *index;
        }
        if (graph_.input == Node::none) return wrong("The model has no input.");
        return {};
    }

    /// The name a node's result has; the further results that some operators can give are not
    /// taken.
    static Result<std::string> output_of(const onnx::NodeProto& node) {
        const auto& outputs = node.output();
        const auto is_empty = [](const std::string& name) { return name.empty(); };
        if (outputs.empty() || outputs[0].empty() ||
            !std::all_of(outputs.begin() + 1, outputs.end(), is_empty))
            return wrong(fmt::format("An operator {} must give one result.", node.op_type()));
        return outputs[0];
    }

    Result<void> add_node(const onnx::NodeProto& from) {
        if (!from.domain().empty() && from.domain() != "ai.onnx")
            return wrong(fmt::format("The operator {} is not one of ONNX's own.", from.op_type()));
        auto name = output_of(from);
        if (!name) return name.error();
        if (from.op_type() == "Constant") return add_constant_node(from, *name);
        Node node;
        node.type = from.op_type();
        for (const auto& attribute : from.attribute()) {
            auto read = read_attribute(attribute);
            if (!read) return read.error();
            node.attributes.insert_or_assign(attribute.name(), std::move(*read));
        }
        for (const auto& input : from.input()) {
            const auto found = indices_.find(input);
            if (!input.empty() && found == indices_.end())
                return wrong(fmt::format("The operator {} uses \"{}\" before anything gives it.",
                                         node.type, input));
            node.inputs.push_back(input.empty() ? Node::none : found->second);
        }
        const auto index = declare({*name, {}, false, {}, {}});
        if (!index) return index.error();
        node.output = *index;
        graph_.nodes.push_back(std::move(node));
        return {};
    }

    Result<void> add_constant_node(const onnx::NodeProto& from, const std::string& name) {
        if (from.attribute_size() != 1 || !from.attribute(0).has_t())
            return wrong(fmt::format("The constant \"{}\" is not a tensor.", name));
        auto value = read_constant(from.attribute(0).t(), name);
        if (!value) return value.error();
        const auto index = declare(std::move(*value));
        if (!index) return index.error();
        return {};
    }

    Result<void> find_output(std::size_t labels) {
        for (const auto& output : from_.output()) {
            const auto found = indices_.find(output.name());
            if (found == indices_.end() || graph_.value(found->second).constant)
                return wrong("Nothing in the model gives its output.");
            // Alone, an output of any name is the logits.
            const bool is_embedding = from_.output_size() > 1 && output.name() == embedding_output;
            auto& place = is_embedding ? graph_.embedding : graph_.output;
            if (place != Node::none) return too_many_outputs();
            place = found->second;
        }
        if (graph_.output == Node::none) return too_many_outputs();
        auto embedding = check_embedding();
        if (!embedding) return embedding;
        const auto& dims = graph_.value(graph_.output).dims;
        const std::vector<std::int64_t> expected{probe_batch, static_cast<std::int64_t>(labels)};
        if (dims != expected)
            return wrong(
                fmt::format("The model gives [{}] for {} pictures; with {} labels that "
                            "must be [{}].",
                            fmt::join(dims, ", "), probe_batch, labels, fmt::join(expected, ", ")));
        return check_last();
    }

    static Error too_many_outputs() {
        return wrong(
            fmt::format("The model must have one output, and beside it at most one named "
                        "\"{}\".",
                        embedding_output));
    }

    [[nodiscard]] Result<void> check_embedding() const {
        if (graph_.embedding == Node::none) return {};
        const auto& dims = graph_.value(graph_.embedding).dims;
        if (dims.size() == 2 && dims[0] == probe_batch && dims[1] <= max_embedding) return {};
        return wrong(
            fmt::format("The model gives an embedding of [{}] for {} pictures; that must be [{}, 1 "
                        "to {}].",
                        fmt::join(dims, ", "), probe_batch, probe_batch, max_embedding));
    }

    /// The card's temperature works on logits.
    [[nodiscard]] Result<void> check_last() const {
        const auto last = std::find_if(graph_.nodes.begin(), graph_.nodes.end(),
                                       [&](const auto& n) { return n.output == graph_.output; });
        if (last != graph_.nodes.end() && last->type == "Softmax")
            return wrong("The model ends in Softmax; export its logits, the values before that.");
        return {};
    }

    const onnx::GraphProto& from_;
    Graph graph_;
    std::unordered_map<std::string, std::size_t> indices_;
};

}  // namespace

std::int64_t Value::elements() const {
    std::int64_t count = 1;
    for (const auto dim : dims) count *= dim;
    return count;
}

std::int64_t Node::integer(std::string_view name, std::int64_t otherwise) const {
    const auto found = attributes.find(name);
    const auto* value =
        found == attributes.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
    return value == nullptr ? otherwise : *value;
}

float Node::real(std::string_view name, float otherwise) const {
    const auto found = attributes.find(name);
    const auto* value = found == attributes.end() ? nullptr : std::get_if<float>(&found->second);
    return value == nullptr ? otherwise : *value;
}

std::string Node::text(std::string_view name, std::string_view otherwise) const {
    const auto found = attributes.find(name);
    const auto* value =
        found == attributes.end() ? nullptr : std::get_if<std::string>(&found->second);
    return value == nullptr ? std::string(otherwise) : *value;
}

std::vector<std::int64_t> Node::integers(std::string_view name,
                                         const std::vector<std::int64_t>& otherwise) const {
    const auto found = attributes.find(name);
    const auto* value = found == attributes.end()
                            ? nullptr
                            : std::get_if<std::vector<std::int64_t>>(&found->second);
    return value == nullptr ? otherwise : *value;
}

Result<Graph> read_graph(BytesView onnx, std::size_t labels) {
    const auto model = parse(onnx);
    if (!model) return model.error();
    const auto opset = check_opset(*model);
    if (!opset) return opset.error();
    return Reader(model->graph()).run(labels);
}

}  // namespace croquis::recognition
