#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "recognition/graph.h"

/// Shape inference as ONNX's operator definitions state it, for the operators that are taken. The
/// bounds are for networks that look at one small picture; they keep a file of a few bytes from
/// asking for gigabytes or minutes.
namespace croquis::recognition {
namespace {

using Dims = std::vector<std::int64_t>;

constexpr std::int64_t max_elements = 4'000'000;                  // of one tensor, for one picture
constexpr std::int64_t max_total_elements = 32'000'000;           // of all tensors, for one picture
constexpr std::int64_t max_multiply_accumulates = 2'000'000'000;  // for one picture
constexpr std::int64_t max_window = 256;  // kernel, stride, padding and dilation
constexpr std::size_t max_result_rank = 5;

/// What a node gives, and what it costs for the whole probe batch.
struct Inferred {
    Dims dims;
    std::int64_t multiply_accumulates = 0;
};

Error wrong(const Node& node, std::string_view why) {
    return {ErrorKind::invalid, fmt::format("The model's operator {} {}.", node.type, why),
            "model"};
}

Error shapes_differ(const Node& node) {
    return wrong(node,
                 "does not fit its input; the network must take pictures in batches of any size "
                 "(flatten with torch.flatten(x, 1))");
}

/// A view of one node with its inputs' shapes at hand.
class Site {
  public:
    Site(const Graph& graph, const Node& node) : graph_(graph), node_(node) {}

    [[nodiscard]] const Node& node() const { return node_; }
    [[nodiscard]] const Value& input(std::size_t i) const { return graph_.value(node_.inputs[i]); }
    [[nodiscard]] const Dims& dims(std::size_t i) const { return input(i).dims; }
    [[nodiscard]] bool has(std::size_t i) const { return node_.has_input(i); }
    [[nodiscard]] bool has_constant(std::size_t i) const {
        return has(i) && input(i).constant && !input(i).floats.empty();
    }
    [[nodiscard]] bool is_picture() const { return has(0) && dims(0).size() == 4; }

    /// A list that older versions of an operator have as an attribute and newer ones as an input.
    [[nodiscard]] Dims list(std::string_view name, std::size_t input_index) const {
        if (has(input_index)) return input(input_index).integers;
        return node_.integers(name, {});
    }

  private:
    const Graph& graph_;
    const Node& node_;
};

Result<std::size_t> axis_of(const Site& at, std::int64_t axis, std::size_t rank) {
    const auto signed_rank = static_cast<std::int64_t>(rank);
    if (axis < -signed_rank || axis >= signed_rank)
        return wrong(at.node(), "names a dimension that is not there");
    return static_cast<std::size_t>(axis < 0 ? axis + signed_rank : axis);
}

Result<Inferred> same(const Site& at) {
    if (!at.has(0)) return wrong(at.node(), "has no input");
    return Inferred{at.dims(0)};
}

/// Least and largest value: inputs since version 11 of ONNX's operators.
Result<Inferred> clip(const Site& at) {
    for (const std::size_t bound : {1, 2})
        if (at.has(bound) && (!at.has_constant(bound) || at.input(bound).elements() != 1))
            return wrong(at.node(), "needs constant bounds, a number each");
    return same(at);
}

/// In evaluation mode its input.
Result<Inferred> dropout(const Site& at) {
    if (at.has(2))
        return wrong(at.node(), "says whether it trains; export the model with model.eval()");
    return same(at);
}

/// Alignment from the last dimension, sizes of 1 stretched (ONNX's multidirectional broadcasting).
Result<Inferred> broadcast(const Site& at) {
    if (!at.has(0) || !at.has(1)) return wrong(at.node(), "needs two inputs");
    Dims longer = at.dims(0);
    Dims shorter = at.dims(1);
    if (longer.size() < shorter.size()) longer.swap(shorter);
    const std::size_t offset = longer.size() - shorter.size();
    for (std::size_t i = 0; i < shorter.size(); ++i) {
        auto& size = longer[offset + i];
        if (size != shorter[i] && size != 1 && shorter[i] != 1) return shapes_differ(at.node());
        size = std::max(size, shorter[i]);
    }
    return Inferred{longer};
}

/// The sliding window of a convolution or a pooling.
struct Window {
    std::array<std::int64_t, 2> kernel{}, stride{}, dilation{};
    std::array<std::int64_t, 4> pad{};  ///< top, left, bottom, right
};

template <std::size_t N>
bool read_sizes(const Node& node, std::string_view name, std::int64_t otherwise, std::int64_t least,
                std::array<std::int64_t, N>& sizes) {
    const auto list = node.integers(name, Dims(N, otherwise));
    if (list.size() != N) return false;
    std::copy(list.begin(), list.end(), sizes.begin());
    return std::all_of(sizes.begin(), sizes.end(),
                       [&](std::int64_t size) { return size >= least && size <= max_window; });
}

Result<Window> window_of(const Site& at, std::int64_t kernel_otherwise) {
    const Node& node = at.node();
    const auto padding = node.text("auto_pad", "NOTSET");
    if (padding != "NOTSET" && padding != "VALID")
        return wrong(node, "pads by rule; export it with explicit padding");
    Window window;
    if (!read_sizes(node, "kernel_shape", kernel_otherwise, 1, window.kernel) ||
        !read_sizes(node, "strides", 1, 1, window.stride) ||
        !read_sizes(node, "dilations", 1, 1, window.dilation) ||
        !read_sizes(node, "pads", 0, 0, window.pad))
        return wrong(node, "has a window that is not two-dimensional or too large");
    return window;
}

Result<Dims> slide(const Site& at, const Window& window, std::int64_t channels, bool round_up) {
    Dims dims{at.dims(0)[0], channels, 0, 0};
    for (std::size_t i = 0; i < 2; ++i) {
        const std::int64_t span = window.dilation[i] * (window.kernel[i] - 1) + 1;
        const std::int64_t room = at.dims(0)[i + 2] + window.pad[i] + window.pad[i + 2] - span;
        if (room < 0) return wrong(at.node(), "has a window larger than its input");
        if (window.pad[i] >= span || window.pad[i + 2] >= span)
            return wrong(at.node(), "pads by more than its window");
        dims[i + 2] = (room + (round_up ? window.stride[i] - 1 : 0)) / window.stride[i] + 1;
    }
    return dims;
}

Result<Inferred> convolution(const Site& at) {
    if (!at.is_picture() || !at.has_constant(1) || at.dims(1).size() != 4)
        return wrong(at.node(), "needs a picture and constant weights in four dimensions");
    const Dims& weights = at.dims(1);
    const std::int64_t group = at.node().integer("group", 1);
    if (group < 1 || weights[0] % group != 0 || at.dims(0)[1] != weights[1] * group)
        return shapes_differ(at.node());
    if (at.has(2) && (!at.has_constant(2) || at.dims(2) != Dims{weights[0]}))
        return wrong(at.node(), "has a bias that does not fit");
    auto window = window_of(at, 1);
    if (!window) return window.error();
    if (at.node().attributes.count("kernel_shape") != 0 &&
        (window->kernel[0] != weights[2] || window->kernel[1] != weights[3]))
        return wrong(at.node(), "has weights that are not its window's size");
    if (weights[2] > max_window || weights[3] > max_window)
        return wrong(at.node(), "has a window that is too large");
    window->kernel = {weights[2], weights[3]};
    auto dims = slide(at, *window, weights[0], false);
    if (!dims) return dims.error();
    std::int64_t cost = weights[1] * weights[2] * weights[3];
    for (const auto size : *dims) cost *= size;
    return Inferred{*dims, cost};
}

Result<Inferred> pooling(const Site& at) {
    if (!at.is_picture()) return wrong(at.node(), "needs a picture");
    if (at.node().attributes.count("kernel_shape") == 0)
        return wrong(at.node(), "does not say its window's size");
    const auto window = window_of(at, 1);
    if (!window) return window.error();
    const auto dims = slide(at, *window, at.dims(0)[1], at.node().integer("ceil_mode", 0) != 0);
    if (!dims) return dims.error();
    return Inferred{*dims};
}

Result<Inferred> global_pooling(const Site& at) {
    if (!at.is_picture()) return wrong(at.node(), "needs a picture");
    return Inferred{{at.dims(0)[0], at.dims(0)[1], 1, 1}};
}

Result<Inferred> normalisation(const Site& at) {
    if (!at.has(0) || at.dims(0).size() < 2) return wrong(at.node(), "has no input with channels");
    for (std::size_t i = 1; i < 5; ++i)
        if (!at.has_constant(i) || at.dims(i) != Dims{at.dims(0)[1]})
            return wrong(at.node(), "needs four constants, a value a channel");
    if (at.node().integer("training_mode", 0) != 0)
        return wrong(at.node(), "is in training mode; export the model with model.eval()");
    return Inferred{at.dims(0)};
}

Result<Inferred> gemm(const Site& at) {
    if (!at.has(0) || !at.has_constant(1) || at.dims(0).size() != 2 || at.dims(1).size() != 2 ||
        at.node().integer("transA", 0) != 0)
        return wrong(at.node(), "needs a table and constant weights in two dimensions");
    const bool transposed = at.node().integer("transB", 0) != 0;
    const std::int64_t depth = at.dims(1)[transposed ? 1 : 0];
    const std::int64_t width = at.dims(1)[transposed ? 0 : 1];
    if (at.dims(0)[1] != depth) return shapes_differ(at.node());
    if (at.has(2) &&
        (!at.has_constant(2) || (at.dims(2) != Dims{width} && at.dims(2) != Dims{1, width})))
        return wrong(at.node(), "has a bias that does not fit");
    return Inferred{{at.dims(0)[0], width}, at.dims(0)[0] * depth * width};
}

Result<Inferred> matrix_product(const Site& at) {
    if (!at.has(0) || !at.has_constant(1) || at.dims(0).size() != 2 || at.dims(1).size() != 2)
        return wrong(at.node(), "needs a table and constant weights in two dimensions");
    if (at.dims(0)[1] != at.dims(1)[0]) return shapes_differ(at.node());
    return Inferred{{at.dims(0)[0], at.dims(1)[1]}, at.dims(0)[0] * at.dims(1)[0] * at.dims(1)[1]};
}

Result<Inferred> flatten(const Site& at) {
    if (!at.has(0)) return wrong(at.node(), "has no input");
    if (at.node().integer("axis", 1) != 1)
        return wrong(at.node(), "must keep the first dimension, the batch");
    return Inferred{{at.dims(0)[0], at.input(0).elements() / at.dims(0)[0]}};
}

Result<Inferred> reshape(const Site& at) {
    if (!at.has(0) || !at.has(1) || !at.input(1).constant || at.dims(1).size() != 1 ||
        at.node().integer("allowzero", 0) != 0)
        return wrong(at.node(), "needs constant sizes");
    Dims dims = at.input(1).integers;
    if (dims.empty() || dims.size() > max_result_rank) return shapes_differ(at.node());
    std::int64_t known = 1;
    auto open = dims.end();
    for (auto size = dims.begin(); size != dims.end(); ++size) {
        const auto i = static_cast<std::size_t>(size - dims.begin());
        if (*size == 0 && i < at.dims(0).size()) *size = at.dims(0)[i];
        if (*size == -1 && open == dims.end()) {
            open = size;
        } else if (*size < 1 || *size > max_elements || known > max_elements) {
            return shapes_differ(at.node());
        } else {
            known *= *size;
        }
    }
    const std::int64_t elements = at.input(0).elements();
    if (open != dims.end()) *open = elements / known;
    if (dims[0] != at.dims(0)[0] || (open == dims.end() ? known : known * *open) != elements)
        return shapes_differ(at.node());
    return Inferred{dims};
}

/// Which of `rank` dimensions a list of axes names.
Result<std::vector<bool>> marked(const Site& at, const Dims& axes, std::size_t rank) {
    std::vector<bool> marks(rank, false);
    for (const auto axis : axes) {
        const auto index = axis_of(at, axis, rank);
        if (!index) return index.error();
        if (marks[*index]) return wrong(at.node(), "names a dimension twice");
        marks[*index] = true;
    }
    return marks;
}

Result<Inferred> squeeze(const Site& at) {
    if (!at.has(0)) return wrong(at.node(), "has no input");
    const auto axes = at.list("axes", 1);
    if (axes.empty()) return wrong(at.node(), "must name its dimensions");
    const auto gone = marked(at, axes, at.dims(0).size());
    if (!gone) return gone.error();
    Dims dims;
    for (std::size_t i = 0; i < gone->size(); ++i) {
        if (!(*gone)[i])
            dims.push_back(at.dims(0)[i]);
        else if (at.dims(0)[i] != 1)
            return shapes_differ(at.node());
    }
    return Inferred{dims};
}

Result<Inferred> unsqueeze(const Site& at) {
    if (!at.has(0)) return wrong(at.node(), "has no input");
    const auto axes = at.list("axes", 1);
    const std::size_t rank = at.dims(0).size() + axes.size();
    if (axes.empty() || rank > max_result_rank)
        return wrong(at.node(), "gives too many dimensions");
    const auto added = marked(at, axes, rank);
    if (!added) return added.error();
    Dims dims;
    std::size_t next = 0;
    for (const bool is_new : *added) dims.push_back(is_new ? 1 : at.dims(0)[next++]);
    return Inferred{dims};
}

Result<Inferred> transpose(const Site& at) {
    if (!at.has(0)) return wrong(at.node(), "has no input");
    const auto order = at.node().integers("perm", {});
    const auto all = marked(at, order, at.dims(0).size());
    if (!all) return all.error();
    if (order.size() != at.dims(0).size() || order.empty() || order[0] != 0)
        return wrong(at.node(), "must name every dimension and keep the first, the batch");
    Dims dims;
    for (const auto axis : order) {
        const auto from = axis_of(at, axis, at.dims(0).size());
        if (!from) return from.error();
        dims.push_back(at.dims(0)[*from]);
    }
    return Inferred{dims};
}

Result<Inferred> concatenation(const Site& at) {
    if (!at.has(0)) return wrong(at.node(), "has no input");
    Dims dims = at.dims(0);
    const auto axis = axis_of(at, at.node().integer("axis", 1), dims.size());
    if (!axis) return axis.error();
    if (*axis == 0) return wrong(at.node(), "must keep the first dimension, the batch");
    for (std::size_t i = 1; i < at.node().inputs.size(); ++i) {
        if (!at.has(i) || at.dims(i).size() != dims.size()) return shapes_differ(at.node());
        for (std::size_t d = 0; d < dims.size(); ++d)
            if (d != *axis && at.dims(i)[d] != dims[d]) return shapes_differ(at.node());
        dims[*axis] += at.dims(i)[*axis];
    }
    return Inferred{dims};
}

Result<Inferred> padding(const Site& at) {
    if (!at.is_picture()) return wrong(at.node(), "needs a picture");
    if (at.has(3))
        return wrong(at.node(), "names the dimensions that it pads; export it for version 17");
    const auto pads = at.list("pads", 1);
    Dims dims = at.dims(0);
    if (pads.size() != 2 * dims.size() || at.node().text("mode", "constant") != "constant")
        return wrong(at.node(), "must pad every dimension with a constant");
    for (std::size_t i = 0; i < dims.size(); ++i) {
        const auto before = pads[i], after = pads[i + dims.size()];
        const std::int64_t most = i == 0 ? 0 : max_window;
        if (before < 0 || after < 0 || before > most || after > most)
            return wrong(at.node(), "pads too much, or the batch");
        dims[i] += before + after;
    }
    return Inferred{dims};
}

Result<Inferred> mean(const Site& at) {
    if (!at.has(0)) return wrong(at.node(), "has no input");
    const auto axes = at.list("axes", 1);
    const auto gone = marked(at, axes, at.dims(0).size());
    if (!gone) return gone.error();
    if (axes.empty() || (*gone)[0])
        return wrong(at.node(), "must name its dimensions and keep the first, the batch");
    const bool keep = at.node().integer("keepdims", 1) != 0;
    Dims dims;
    for (std::size_t i = 0; i < gone->size(); ++i) {
        if (!(*gone)[i])
            dims.push_back(at.dims(0)[i]);
        else if (keep)
            dims.push_back(1);
    }
    return Inferred{dims};
}

using Rule = Result<Inferred> (*)(const Site&);

Rule rule_for(std::string_view type) {
    static const std::unordered_map<std::string_view, Rule> rules{
        {"Conv", convolution},
        {"MaxPool", pooling},
        {"AveragePool", pooling},
        {"GlobalMaxPool", global_pooling},
        {"GlobalAveragePool", global_pooling},
        {"BatchNormalization", normalisation},
        {"Gemm", gemm},
        {"MatMul", matrix_product},
        {"Flatten", flatten},
        {"Reshape", reshape},
        {"Squeeze", squeeze},
        {"Unsqueeze", unsqueeze},
        {"Transpose", transpose},
        {"Concat", concatenation},
        {"Pad", padding},
        {"ReduceMean", mean},
        {"Add", broadcast},
        {"Sub", broadcast},
        {"Mul", broadcast},
        {"Div", broadcast},
        {"PRelu", broadcast},
        {"Relu", same},
        {"LeakyRelu", same},
        {"Elu", same},
        {"Clip", clip},
        {"Sigmoid", same},
        {"HardSigmoid", same},
        {"HardSwish", same},
        {"Tanh", same},
        {"Erf", same},
        {"Sqrt", same},
        {"Softmax", same},
        {"LogSoftmax", same},
        {"Identity", same},
        {"Dropout", dropout},
    };
    const auto found = rules.find(type);
    return found == rules.end() ? nullptr : found->second;
}

Result<void> check_size(const Node& node, const Dims& dims) {
    if (dims.empty() || dims.size() > max_result_rank || dims[0] != probe_batch)
        return shapes_differ(node);
    std::int64_t elements = 1;
    for (const auto size : dims) {
        if (size < 1 || size > probe_batch * max_elements / elements)
            return wrong(node, "gives more than can be held");
        elements *= size;
    }
    return {};
}

}  // namespace

Result<void> infer_shapes(Graph& graph) {
    std::int64_t total = 0, cost = 0;
    for (const auto& node : graph.nodes) {
        const Rule rule = rule_for(node.type);
        if (rule == nullptr)
            return wrong(node,
                         "is not taken; models here are plain convolutional networks without "
                         "loops or sizes worked out on the way");
        const auto inferred = rule(Site(graph, node));
        if (!inferred) return inferred.error();
        auto fits = check_size(node, inferred->dims);
        if (!fits) return fits;
        auto& given = graph.values[node.output];
        given.dims = inferred->dims;
        total += given.elements();
        cost += inferred->multiply_accumulates;
        if (total > probe_batch * max_total_elements ||
            cost > probe_batch * max_multiply_accumulates)
            return Error{ErrorKind::too_large,
                         fmt::format("The model is too large: more than {} values or {} "
                                     "multiply-accumulates for one picture.",
                                     max_total_elements, max_multiply_accumulates),
                         "model"};
    }
    graph.multiply_accumulates = cost / probe_batch;
    return {};
}

}  // namespace croquis::recognition
