#pragma once

#include <optional>
#include <string>

#include "learning/training/torch.h"
#include "recognition/graph.h"

namespace croquis::learning {

/// The numbers that a network of an ONNX file has by this name, in their shape; nothing where there
/// are none.
std::optional<torch::Tensor> constant(const recognition::Graph& graph, const std::string& name);

}  // namespace croquis::learning
