#include "learning/training/constants.h"

namespace croquis::learning {

std::optional<torch::Tensor> constant(const recognition::Graph& graph, const std::string& name) {
    for (const auto& value : graph.values)
        if (value.name == name && value.constant)
            return torch::tensor(value.floats).view(value.dims);
    return std::nullopt;
}

}  // namespace croquis::learning
