#include "learning/training/warm_start.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/bytes.h"
#include "core/files.h"
#include "learning/training/constants.h"
#include "learning/training/learner.h"
#include "recognition/graph.h"
#include "recognition/limits.h"

namespace croquis::learning {
namespace {

namespace fs = std::filesystem;
using recognition::Graph;

Error other_layout(const fs::path& onnx) {
    return {ErrorKind::invalid, onnx.string() + " is not a model of this program's layout.",
            "begin-with"};
}

Result<Graph> graph_of(const fs::path& onnx, std::size_t labels) {
    const auto bytes = read_file(onnx, recognition::max_file_bytes, "begin-with");
    if (!bytes) return bytes.error();
    return recognition::read_graph(as_bytes(*bytes), labels);
}

/// The channels of the last stage, most important first: what the logits' weights for it sum up to.
torch::Tensor by_importance(const Graph& graph, std::int64_t channels) {
    const auto dense = constant(graph, "dense.weight");
    if (!dense || dense->size(1) % channels != 0) return torch::arange(channels);
    const auto importance =
        dense->abs().view({dense->size(0), channels, -1}).sum(torch::IntArrayRef{0, 2});
    return importance.argsort(0, true);
}

}  // namespace

Result<void> begin_with(Network& network, const fs::path& onnx, const Samples& samples) {
    const auto graph = graph_of(onnx, static_cast<std::size_t>(network->layout().classes));
    if (!graph) return graph.error();
    const torch::NoGradGuard no_gradients;
    auto images = to_images(samples.images);
    for (std::size_t i = 0; i < network->convolutions.size(); ++i) {
        auto& conv = network->convolutions[i];
        auto& norm = network->normalisations[i];
        auto weight = constant(*graph, fmt::format("conv{}.weight", i));
        auto bias = constant(*graph, fmt::format("conv{}.bias", i));
        if (!weight || !bias || weight->dim() != 4) return other_layout(onnx);
        const auto wanted = conv->weight.size(0);
        if (weight->size(0) > wanted && i + 1 == network->convolutions.size()) {
            const auto kept =
                std::get<0>(by_importance(*graph, weight->size(0)).narrow(0, 0, wanted).sort());
            weight = weight->index_select(0, kept);
            bias = bias->index_select(0, kept);
        }
        if (weight->sizes() != conv->weight.sizes()) return other_layout(onnx);
        conv->weight.copy_(*weight);
        const auto given = conv->forward(images);
        const auto mean = given.mean(torch::IntArrayRef{0, 2, 3});
        const auto variance = given.var(torch::IntArrayRef{0, 2, 3}, /*unbiased=*/true);
        norm->running_mean.copy_(mean);
        norm->running_var.copy_(variance);
        norm->weight.copy_(torch::sqrt(variance + norm->options.eps()));
        norm->bias.copy_(*bias + mean);
        images = torch::relu(given + bias->view({1, -1, 1, 1}));
    }
    return {};
}

}  // namespace croquis::learning
