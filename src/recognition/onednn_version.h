#pragma once

#include <cstring>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <unordered_map>
#include <vector>

/// What oneDNN 2 (Debian 12) and oneDNN 3 (Debian 13) call differently. Descriptions of primitives
/// for inference; all throw dnnl::error where oneDNN has no fitting one.
namespace croquis::recognition::onednn {

using Kind = dnnl::algorithm;
using dnnl::memory;

/// An activation that oneDNN applies while it writes an operator's result.
struct Activation {
    Kind kind;
    float alpha;
    float beta;
};

/// How a primitive's numbers are scaled: its attributes, and what it takes besides its operands.
struct Scaled {
    dnnl::primitive_attr attributes;
    std::unordered_map<int, memory> arguments = {};
};

/// Geometry of a convolution or a pool; dilations count the gaps.
struct Window {
    memory::dims strides;
    memory::dims dilations;
    memory::dims before;
    memory::dims after;
};

inline constexpr auto inference = dnnl::prop_kind::forward_inference;

#if DNNL_VERSION_MAJOR >= 3

/// ONNX's: x max(0, min(1, x / 6 + 1 / 2)).
inline constexpr Activation hard_swish{Kind::eltwise_hardswish, 1.0F / 6, 0.5F};

inline memory::data_type type_of(const memory::desc& desc) {
    return desc.get_data_type();
}

/// Scales are given when the primitive runs.
inline memory scales_of(const std::vector<float>& values, const dnnl::engine& engine) {
    memory scales(
        {{static_cast<memory::dim>(values.size())}, memory::data_type::f32, memory::format_tag::x},
        engine);
    std::memcpy(scales.get_data_handle(), values.data(), values.size() * sizeof(float));
    return scales;
}

/// The result of an operator is `activation`'s.
inline Scaled with(const std::optional<Activation>& activation) {
    Scaled scaled;
    if (!activation) return scaled;
    dnnl::post_ops after;
    after.append_eltwise(activation->kind, activation->alpha, activation->beta);
    scaled.attributes.set_post_ops(after);
    return scaled;
}

/// A convolution of bytes: each output's sum is multiplied by its `steps`, the bias is added, and
/// where `gives` is there the activation's result is counted in steps of that size.
inline Scaled of_bytes(const std::optional<Activation>& activation, const std::vector<float>& steps,
                       const std::optional<float>& gives, bool grouped,
                       const dnnl::engine& engine) {
    Scaled scaled = with(activation);
    scaled.attributes.set_scales_mask(DNNL_ARG_WEIGHTS, grouped ? 3 : 1);
    scaled.arguments.emplace(DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, scales_of(steps, engine));
    if (!gives) return scaled;
    scaled.attributes.set_scales_mask(DNNL_ARG_DST, 0);
    scaled.arguments.emplace(DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST, scales_of({*gives}, engine));
    return scaled;
}

/// The bias of a convolution of bytes, as of_bytes() wants it.
inline float bias_of_bytes(float bias, float) {
    return bias;
}

/// A rearrangement that counts in steps of `step`.
inline Scaled in_steps_of(float step, const dnnl::engine& engine) {
    Scaled scaled;
    scaled.attributes.set_scales_mask(DNNL_ARG_DST, 0);
    scaled.arguments.emplace(DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST, scales_of({step}, engine));
    return scaled;
}

inline dnnl::convolution_forward::primitive_desc convolution(
    const dnnl::engine& engine, const memory::desc& source, const memory::desc& weights,
    const memory::desc& bias, const memory::desc& result, const Window& window,
    const dnnl::primitive_attr& attributes) {
    return {engine,       inference, Kind::convolution_direct, source,           weights,
            bias,         result,    window.strides,           window.dilations, window.before,
            window.after, attributes};
}

inline dnnl::inner_product_forward::primitive_desc inner_product(
    const dnnl::engine& engine, const memory::desc& source, const memory::desc& weights,
    const memory::desc& bias, const memory::desc& result, const dnnl::primitive_attr& attributes) {
    return {engine, inference, source, weights, bias, result, attributes};
}

inline dnnl::pooling_forward::primitive_desc pooling(const dnnl::engine& engine, Kind kind,
                                                     const memory::desc& source,
                                                     const memory::desc& result,
                                                     const memory::dims& size,
                                                     const Window& window) {
    return {engine, inference,        kind,          source,      result, window.strides,
            size,   window.dilations, window.before, window.after};
}

inline dnnl::binary::primitive_desc addition(const dnnl::engine& engine, const memory::desc& left,
                                             const memory::desc& right,
                                             const dnnl::primitive_attr& attributes) {
    return {engine, Kind::binary_add, left, right, left, attributes};
}

inline dnnl::eltwise_forward::primitive_desc elementwise(const dnnl::engine& engine,
                                                         const memory::desc& source,
                                                         const Activation& activation) {
    return {engine, inference, activation.kind, source, source, activation.alpha, activation.beta};
}

#else

/// ONNX's; the only one that there is.
inline constexpr Activation hard_swish{Kind::eltwise_hardswish, 0, 0};

inline memory::data_type type_of(const memory::desc& desc) {
    return desc.data_type();
}

inline Scaled with(const std::optional<Activation>& activation, float scale = 1) {
    Scaled scaled;
    if (!activation) return scaled;
    dnnl::post_ops after;
    after.append_eltwise(scale, activation->kind, activation->alpha, activation->beta);
    scaled.attributes.set_post_ops(after);
    return scaled;
}

/// A convolution of bytes: to each output's sum the bias is added, in the same steps, and both are
/// multiplied by its `steps`; where `gives` is there the activation's result is counted in steps of
/// that size.
inline Scaled of_bytes(const std::optional<Activation>& activation, const std::vector<float>& steps,
                       const std::optional<float>& gives, bool, const dnnl::engine&) {
    Scaled scaled = with(activation, gives ? 1 / *gives : 1);
    scaled.attributes.set_output_scales(1 << 1, steps);
    return scaled;
}

/// The bias of a convolution of bytes, as of_bytes() wants it.
inline float bias_of_bytes(float bias, float step) {
    return bias / step;
}

/// A rearrangement that counts in steps of `step`.
inline Scaled in_steps_of(float step, const dnnl::engine&) {
    Scaled scaled;
    scaled.attributes.set_output_scales(0, {1 / step});
    return scaled;
}

inline dnnl::convolution_forward::primitive_desc convolution(
    const dnnl::engine& engine, const memory::desc& source, const memory::desc& weights,
    const memory::desc& bias, const memory::desc& result, const Window& window,
    const dnnl::primitive_attr& attributes) {
    return {{inference, Kind::convolution_direct, source, weights, bias, result, window.strides,
             window.dilations, window.before, window.after},
            attributes,
            engine};
}

inline dnnl::inner_product_forward::primitive_desc inner_product(
    const dnnl::engine& engine, const memory::desc& source, const memory::desc& weights,
    const memory::desc& bias, const memory::desc& result, const dnnl::primitive_attr& attributes) {
    return {{inference, source, weights, bias, result}, attributes, engine};
}

inline dnnl::pooling_forward::primitive_desc pooling(const dnnl::engine& engine, Kind kind,
                                                     const memory::desc& source,
                                                     const memory::desc& result,
                                                     const memory::dims& size,
                                                     const Window& window) {
    return {{inference, kind, source, result, window.strides, size, window.before, window.after},
            engine};
}

inline dnnl::binary::primitive_desc addition(const dnnl::engine& engine, const memory::desc& left,
                                             const memory::desc& right,
                                             const dnnl::primitive_attr& attributes) {
    return {{Kind::binary_add, left, right, left}, attributes, engine};
}

inline dnnl::eltwise_forward::primitive_desc elementwise(const dnnl::engine& engine,
                                                         const memory::desc& source,
                                                         const Activation& activation) {
    return {{inference, activation.kind, source, activation.alpha, activation.beta}, engine};
}

#endif

}  // namespace croquis::recognition::onednn
