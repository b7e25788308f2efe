#pragma once

#include <string>

#include "learning/training/network.h"

namespace croquis::learning {

/// The network as an ONNX model (opset 11), batch normalisation folded into the convolutions, the
/// batch size free: outputs "logits" and "embedding". The wide classifier stays behind. The network
/// must be in eval mode.
std::string to_onnx(const Network& network, const std::string& name);

/// The name in it of what a stage gives.
std::string stage_output(std::size_t stage);
/// … of what the pooling gives, which is at most what the last stage does.
inline constexpr const char* pool_output = "pool";

}  // namespace croquis::learning
