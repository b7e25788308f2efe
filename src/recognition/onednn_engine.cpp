#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>

#include "drawing/normalise.h"
#include "recognition/engine.h"
#include "recognition/onednn_version.h"

/// The network as a list of oneDNN primitives in the layouts that oneDNN itself prefers,
/// activations fused into the operator before them.
namespace croquis::recognition {
namespace {

using dnnl::memory;
using onednn::Activation;
using onednn::Kind;
using Tag = memory::format_tag;
using Type = memory::data_type;

/// oneDNN divides its work among OpenMP's threads; while this lives, the calling thread's own work
/// stays on it. The setting is the calling thread's, not the process's.
class OneThread {
  public:
    OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
    ~OneThread() { omp_set_num_threads(before_); }
    OneThread(const OneThread&) = delete;
    OneThread& operator=(const OneThread&) = delete;

  private:
    int before_;
};

struct Step {
    dnnl::primitive primitive;
    std::unordered_map<int, memory> arguments;
};

class OneDnnEngine final : public Engine {
  public:
    OneDnnEngine(dnnl::stream stream, std::vector<Step> steps, memory input, memory output,
                 memory embedding)
        : stream_(std::move(stream)),
          steps_(std::move(steps)),
          input_(std::move(input)),
          output_(std::move(output)),
          embedding_(std::move(embedding)) {}

    Result<void> run(std::span<const float> pictures, std::span<float> logits,
                     std::span<float> embeddings) override {
        const OneThread one_thread;
        try {
            std::memcpy(input_.get_data_handle(), pictures.data(), pictures.size_bytes());
            for (auto& step : steps_) step.primitive.execute(stream_, step.arguments);
            stream_.wait();
            std::memcpy(logits.data(), output_.get_data_handle(), logits.size_bytes());
            if (!embeddings.empty())
                std::memcpy(embeddings.data(), embedding_.get_data_handle(),
                            embeddings.size_bytes());
            return {};
        } catch (const dnnl::error& thrown) {
            return Error{ErrorKind::internal, fmt::format("oneDNN: {}.", thrown.what())};
        }
    }

  private:
    dnnl::stream stream_;
    std::vector<Step> steps_;
    memory input_;
    memory output_;
    memory embedding_;  ///< empty where there is none
};

std::optional<Activation> activation_of(const Graph& graph, const Node& node) {
    if (node.type == "Relu") return Activation{Kind::eltwise_relu, 0, 0};
    if (node.type == "LeakyRelu")
        return Activation{Kind::eltwise_relu, node.real("alpha", 0.01F), 0};
    if (node.type == "Elu") return Activation{Kind::eltwise_elu, node.real("alpha", 1), 0};
    if (node.type == "Sigmoid") return Activation{Kind::eltwise_logistic, 0, 0};
    if (node.type == "Tanh") return Activation{Kind::eltwise_tanh, 0, 0};
    if (node.type == "HardSwish") return onednn::hard_swish;
    const auto is_number = [&](std::size_t i) {
        return node.has_input(i) && graph.value(node.inputs[i]).floats.size() == 1;
    };
    if (node.type == "Clip" && is_number(1) && is_number(2))
        return Activation{Kind::eltwise_clip, graph.value(node.inputs[1]).floats[0],
                          graph.value(node.inputs[2]).floats[0]};
    return std::nullopt;
}

constexpr float most_unsigned = 255;
constexpr float most_signed = 127;

/// Weights in 8 bits, each output with a scale of its own, and what a step of them is worth.
struct Rounded {
    std::vector<std::int8_t> weights;
    std::vector<float> steps;
};

Rounded rounded(const std::vector<float>& weights, std::size_t outputs) {
    Rounded all;
    all.weights.reserve(weights.size());
    const std::size_t each = weights.size() / outputs;
    for (std::size_t output = 0; output < outputs; ++output) {
        const auto row = std::span(weights).subspan(output * each, each);
        float largest = 0;
        for (const float weight : row) largest = std::max(largest, std::abs(weight));
        const float step = largest > 0 ? largest / most_signed : 1;
        for (const float weight : row)
            all.weights.push_back(static_cast<std::int8_t>(std::lround(weight / step)));
        all.steps.push_back(step);
    }
    return all;
}

/// Translates a Graph node by node. Throws dnnl::error where oneDNN has no fitting primitive.
///
/// With `narrow`, a convolution takes 8-bit numbers where Value::largest says what they may become,
/// and gives 8-bit numbers where only such convolutions take them (Jacob et al. 2018, section 2);
/// its sums have 32 bits. Everything else stays in 32-bit floats.
class Compiler {
  public:
    Compiler(const Graph& graph, std::int64_t batch, bool narrow)
        : graph_(graph), batch_(batch), narrow_(narrow) {}

    Result<std::unique_ptr<Engine>> run() {
        count_uses();
        const memory input(memory::desc(dims_of(graph_.input), Type::f32, Tag::nchw), engine_);
        held_.emplace(graph_.input, input);
        for (const auto& node : graph_.nodes) {
            if (fused_.count(node.output) != 0) continue;
            const auto done = translate(node);
            if (!done) return done.error();
        }
        const memory output = given(graph_.output);
        const memory embedding =
            graph_.embedding == Node::none ? memory() : given(graph_.embedding);
        stream_.wait();  // the weights' reorders
        return std::make_unique<OneDnnEngine>(stream_, std::move(steps_), input, output, embedding);
    }

  private:
    /// An output of the network, as plain floats.
    memory given(std::size_t value) {
        return as(held_.at(value), memory::desc(dims_of(value), Type::f32, Tag::nc));
    }

    void count_uses() {
        for (const auto& node : graph_.nodes)
            for (const auto input : node.inputs)
                if (input != Node::none) ++uses_[input];
        ++uses_[graph_.output];
        if (graph_.embedding != Node::none) ++uses_[graph_.embedding];
    }

    /// Sizes for this engine's batch.
    [[nodiscard]] memory::dims dims_of(std::size_t value) const {
        memory::dims dims = graph_.value(value).dims;
        if (!graph_.value(value).constant) dims[0] = batch_;
        return dims;
    }

    [[nodiscard]] const Value& input_of(const Node& node, std::size_t i) const {
        return graph_.value(node.inputs[i]);
    }

    [[nodiscard]] bool comes_from_a_node(const Node& node, std::size_t i) const {
        return node.has_input(i) && held_.count(node.inputs[i]) != 0;
    }

    Result<void> translate(const Node& node) {
        if (!comes_from_a_node(node, 0)) return refuse(node);
        if (node.type == "Conv") return convolve(node);
        if (node.type == "Gemm" || node.type == "MatMul") return multiply(node);
        if (node.type == "MaxPool" || node.type == "AveragePool") return pool(node);
        if (node.type == "GlobalAveragePool" || node.type == "GlobalMaxPool")
            return pool_whole(node);
        if (node.type == "Add") return add(node);
        if (node.type == "Flatten" || node.type == "Reshape") return flatten(node);
        if (node.type == "Identity" || node.type == "Dropout") {
            held_.emplace(node.output, held_.at(node.inputs[0]));
            return {};
        }
        if (const auto activation = activation_of(graph_, node)) return activate(node, *activation);
        return refuse(node);
    }

    static Result<void> refuse(const Node& node) {
        return Error{ErrorKind::invalid,
                     fmt::format("The operator {} is not run by oneDNN here.", node.type), "model"};
    }

    /// The activation that alone uses what `node` gives, taken into it; what the pair then gives.
    std::pair<std::optional<Activation>, std::size_t> fuse(const Node& node) {
        const auto next = std::find_if(
            graph_.nodes.begin(), graph_.nodes.end(),
            [&](const Node& n) { return n.has_input(0) && n.inputs[0] == node.output; });
        if (next == graph_.nodes.end() || uses_.at(node.output) != 1)
            return {std::nullopt, node.output};
        const auto activation = activation_of(graph_, *next);
        if (!activation) return {std::nullopt, node.output};
        fused_.insert(next->output);
        return {activation, next->output};
    }

    /// Of one channel there is too little to multiply for 8 bits to be faster.
    [[nodiscard]] bool is_narrow(const Node& node) const {
        return narrow_ && node.type == "Conv" && input_of(node, 0).largest > 0 &&
               input_of(node, 0).dims[1] > 1;
    }

    [[nodiscard]] bool only_narrow_nodes_take(std::size_t value) const {
        return !graph_.is_output(value) &&
               std::all_of(graph_.nodes.begin(), graph_.nodes.end(), [&](const Node& node) {
                   return std::find(node.inputs.begin(), node.inputs.end(), value) ==
                              node.inputs.end() ||
                          (is_narrow(node) && node.inputs[0] == value);
               });
    }

    void step(const dnnl::primitive& primitive, std::unordered_map<int, memory> arguments) {
        steps_.push_back({primitive, std::move(arguments)});
    }

    /// `from` in another layout or precision, rearranged at every run where it differs. What has 8
    /// bits counts in steps of `largest` / 255.
    memory as(const memory& from, const memory::desc& wanted, float largest = 0) {
        if (from.get_desc() == wanted) return from;
        onednn::Scaled scaled;
        if (onednn::type_of(wanted) == Type::u8 && onednn::type_of(from.get_desc()) != Type::u8)
            scaled = onednn::in_steps_of(largest / most_unsigned, engine_);
        memory to(wanted, engine_);
        scaled.arguments.insert({{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
        step(dnnl::reorder(dnnl::reorder::primitive_desc(from, to, scaled.attributes)),
             std::move(scaled.arguments));
        return to;
    }

    /// A constant in the layout asked for, rearranged once, here.
    template <class Number>
    memory constant(const std::vector<Number>& values, const memory::dims& dims, Tag tag,
                    const memory::desc& wanted) {
        memory plain(memory::desc(dims, sizeof(Number) == 1 ? Type::s8 : Type::f32, tag), engine_);
        std::memcpy(plain.get_data_handle(), values.data(), values.size() * sizeof(Number));
        if (plain.get_desc() == wanted) return plain;
        memory to(wanted, engine_);
        dnnl::reorder(plain, to).execute(stream_, plain, to);
        stream_.wait();
        return to;
    }

    /// A convolution's weights, with the groups that oneDNN wants as a dimension.
    struct Filter {
        std::vector<float> weights;
        memory::dims shape;
        Tag tag;
        std::vector<float> bias;
    };

    [[nodiscard]] Filter filter_of(const Node& node) const {
        const Value& weights = input_of(node, 1);
        const std::int64_t group = node.integer("group", 1);
        const auto outputs = static_cast<std::size_t>(weights.dims[0]);
        Filter filter{
            weights.floats, weights.dims, group > 1 ? Tag::goihw : Tag::oihw,
            node.has_input(2) ? input_of(node, 2).floats : std::vector<float>(outputs, 0.0F)};
        if (group > 1) {
            filter.shape.insert(filter.shape.begin(), group);
            filter.shape[1] /= group;
        }
        return filter;
    }

    dnnl::convolution_forward::primitive_desc convolution(const Node& node, const Filter& filter,
                                                          const memory::desc& source, Type weights,
                                                          Type given,
                                                          const dnnl::primitive_attr& attributes) {
        const auto pads = node.integers("pads", {0, 0, 0, 0});
        auto dilations = node.integers("dilations", {1, 1});
        for (auto& dilation : dilations) --dilation;  // oneDNN counts the gaps
        return onednn::convolution(
            engine_, source, {filter.shape, weights, Tag::any}, bias_of(filter),
            {dims_of(node.output), given, Tag::any},
            {node.integers("strides", {1, 1}), dilations, {pads[0], pads[1]}, {pads[2], pads[3]}},
            attributes);
    }

    static memory::desc bias_of(const Filter& filter) {
        return {{static_cast<std::int64_t>(filter.bias.size())}, Type::f32, Tag::x};
    }

    Result<void> convolve(const Node& node) {
        return is_narrow(node) ? convolve_narrow(node) : convolve_wide(node);
    }

    Result<void> convolve_wide(const Node& node) {
        const Filter filter = filter_of(node);
        const auto [activation, result] = fuse(node);
        const auto dims = dims_of(node.inputs[0]);
        const auto scaled = onednn::with(activation);
        const auto made =
            convolution(node, filter, {dims, Type::f32, dims[1] == 1 ? Tag::nchw : Tag::any},
                        Type::f32, Type::f32, scaled.attributes);
        add_convolution(node, made, result, filter,
                        constant(filter.weights, filter.shape, filter.tag, made.weights_desc()),
                        scaled.arguments);
        return {};
    }

    Result<void> convolve_narrow(const Node& node) {
        Filter filter = filter_of(node);
        const auto [activation, result] = fuse(node);
        Rounded weights = rounded(filter.weights, filter.bias.size());
        const float step_in = input_of(node, 0).largest / most_unsigned;
        const float largest = graph_.value(result).largest;
        const bool gives_narrow = activation && largest > 0 && only_narrow_nodes_take(result);
        for (std::size_t i = 0; i < filter.bias.size(); ++i) {
            weights.steps[i] *= step_in;
            filter.bias[i] = onednn::bias_of_bytes(filter.bias[i], weights.steps[i]);
        }
        const auto scaled =
            onednn::of_bytes(activation, weights.steps,
                             gives_narrow ? std::optional(largest / most_unsigned) : std::nullopt,
                             filter.tag == Tag::goihw, engine_);
        const auto made =
            convolution(node, filter, {dims_of(node.inputs[0]), Type::u8, Tag::any}, Type::s8,
                        gives_narrow ? Type::u8 : Type::f32, scaled.attributes);
        add_convolution(node, made, result, filter,
                        constant(weights.weights, filter.shape, filter.tag, made.weights_desc()),
                        scaled.arguments);
        return {};
    }

    void add_convolution(const Node& node, const dnnl::convolution_forward::primitive_desc& made,
                         std::size_t result, const Filter& filter, const memory& weights,
                         std::unordered_map<int, memory> arguments) {
        const memory source =
            as(held_.at(node.inputs[0]), made.src_desc(), input_of(node, 0).largest);
        const auto outputs = static_cast<std::int64_t>(filter.bias.size());
        const memory bias = constant(filter.bias, {outputs}, Tag::x, bias_of(filter));
        const memory given(made.dst_desc(), engine_);
        arguments.insert({{DNNL_ARG_SRC, source},
                          {DNNL_ARG_WEIGHTS, weights},
                          {DNNL_ARG_BIAS, bias},
                          {DNNL_ARG_DST, given}});
        step(dnnl::convolution_forward(made), std::move(arguments));
        held_.emplace(result, given);
    }

    /// Y = X W + b; ONNX's alpha and beta go into W and b.
    Result<void> multiply(const Node& node) {
        const Value& weights = input_of(node, 1);
        const bool transposed = node.integer("transB", 0) != 0;
        const std::int64_t depth = weights.dims[transposed ? 1 : 0];
        const std::int64_t width = weights.dims[transposed ? 0 : 1];
        std::vector<float> scaled = weights.floats;
        for (float& weight : scaled) weight *= node.real("alpha", 1);
        std::vector<float> bias(static_cast<std::size_t>(width), 0.0F);
        if (node.has_input(2)) bias = input_of(node, 2).floats;
        for (float& part : bias) part *= node.real("beta", 1);
        const auto [activation, result] = fuse(node);
        const memory::desc bias_desc({width}, Type::f32, Tag::x);
        const auto made = onednn::inner_product(
            engine_, {{batch_, depth}, Type::f32, Tag::nc}, {{width, depth}, Type::f32, Tag::any},
            bias_desc, {{batch_, width}, Type::f32, Tag::nc}, onednn::with(activation).attributes);
        const memory given(made.dst_desc(), engine_);
        step(dnnl::inner_product_forward(made),
             {{DNNL_ARG_SRC, as(held_.at(node.inputs[0]), made.src_desc())},
              {DNNL_ARG_WEIGHTS, constant(scaled, {width, depth}, transposed ? Tag::oi : Tag::io,
                                          made.weights_desc())},
              {DNNL_ARG_BIAS, constant(bias, {width}, Tag::x, bias_desc)},
              {DNNL_ARG_DST, given}});
        held_.emplace(result, given);
        return {};
    }

    Result<void> pool(const Node& node) {
        const auto window = node.integers("kernel_shape", {});
        const auto pads = node.integers("pads", {0, 0, 0, 0});
        if (node.integer("ceil_mode", 0) != 0 ||
            node.integers("dilations", {1, 1}) != memory::dims{1, 1})
            return refuse(node);
        const Kind kind = node.type == "MaxPool" ? Kind::pooling_max
                          : node.integer("count_include_pad", 0) != 0
                              ? Kind::pooling_avg_include_padding
                              : Kind::pooling_avg_exclude_padding;
        add_pool(node, kind, node.integers("strides", {1, 1}), window, {pads[0], pads[1]},
                 {pads[2], pads[3]});
        return {};
    }

    Result<void> pool_whole(const Node& node) {
        const auto dims = dims_of(node.inputs[0]);
        const Kind kind =
            node.type == "GlobalMaxPool" ? Kind::pooling_max : Kind::pooling_avg_exclude_padding;
        add_pool(node, kind, {1, 1}, {dims[2], dims[3]}, {0, 0}, {0, 0});
        return {};
    }

    void add_pool(const Node& node, Kind kind, const memory::dims& strides,
                  const memory::dims& window, const memory::dims& before,
                  const memory::dims& after) {
        const memory source = held_.at(node.inputs[0]);
        const auto made =
            onednn::pooling(engine_, kind, source.get_desc(),
                            {dims_of(node.output), onednn::type_of(source.get_desc()), Tag::any},
                            window, {strides, {0, 0}, before, after});
        const memory given(made.dst_desc(), engine_);
        step(dnnl::pooling_forward(made), {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, given}});
        held_.emplace(node.output, given);
    }

    /// A shortcut around some operators: two results of the same shape.
    Result<void> add(const Node& node) {
        if (!comes_from_a_node(node, 1) || dims_of(node.inputs[0]) != dims_of(node.inputs[1]))
            return refuse(node);
        const memory left = held_.at(node.inputs[0]);
        const memory right = as(held_.at(node.inputs[1]), left.get_desc());
        const auto [activation, result] = fuse(node);
        const auto made = onednn::addition(engine_, left.get_desc(), right.get_desc(),
                                           onednn::with(activation).attributes);
        const memory given(left.get_desc(), engine_);
        step(dnnl::binary(made),
             {{DNNL_ARG_SRC_0, left}, {DNNL_ARG_SRC_1, right}, {DNNL_ARG_DST, given}});
        held_.emplace(result, given);
        return {};
    }

    Result<void> flatten(const Node& node) {
        const auto from = dims_of(node.inputs[0]);
        const auto to = dims_of(node.output);
        if (to.size() != 2 || (from.size() != 2 && from.size() != 4)) return refuse(node);
        const memory source = held_.at(node.inputs[0]);
        const auto type = onednn::type_of(source.get_desc());
        const memory plain =
            as(source, memory::desc(from, type, from.size() == 4 ? Tag::nchw : Tag::nc));
        // The same bytes under the other shape; a step, or the engine, holds `plain`.
        const memory flat(memory::desc(to, type, Tag::nc), engine_, plain.get_data_handle());
        held_.emplace(node.output, flat);
        return {};
    }

    Result<void> activate(const Node& node, const Activation& activation) {
        const memory source = held_.at(node.inputs[0]);
        const auto made = onednn::elementwise(engine_, source.get_desc(), activation);
        const memory given(made.dst_desc(), engine_);
        step(dnnl::eltwise_forward(made), {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, given}});
        held_.emplace(node.output, given);
        return {};
    }

    const Graph& graph_;
    const std::int64_t batch_;
    const bool narrow_;
    dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream_{engine_};
    std::vector<Step> steps_;
    std::unordered_map<std::size_t, memory> held_;  ///< by Graph value: where its numbers are
    std::unordered_map<std::size_t, int> uses_;
    std::set<std::size_t> fused_;  ///< values whose node was taken into the one before
};

/// Without these instructions the sums of 8-bit products would be cut off at 16 bits.
bool multiplies_bytes() {
    const auto has = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
    const auto is = [has](dnnl::cpu_isa isa) {
        return (has & static_cast<unsigned>(isa)) == static_cast<unsigned>(isa);
    };
    return is(dnnl::cpu_isa::avx512_core_vnni) || is(dnnl::cpu_isa::avx2_vnni);
}

}  // namespace

Result<std::unique_ptr<Engine>> make_onednn_engine(const Graph& graph, std::int64_t batch,
                                                   bool narrow) {
    if (narrow && !multiplies_bytes())
        return Error{ErrorKind::invalid, "This processor does not multiply bytes.", "model"};
    if (narrow && std::none_of(graph.values.begin(), graph.values.end(),
                               [](const Value& value) { return value.largest > 0; }))
        return Error{ErrorKind::invalid, "The card does not say what activations stay within.",
                     "model"};
    const OneThread one_thread;
    try {
        return Compiler(graph, batch, narrow).run();
    } catch (const dnnl::error& thrown) {
        return Error{ErrorKind::invalid,
                     fmt::format("oneDNN cannot run the model: {}.", thrown.what()), "model"};
    }
}

}  // namespace croquis::recognition
