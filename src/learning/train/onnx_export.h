#pragma once

#include <string>

#include "learning/train/network.h"

namespace croquis::learning {

/// The network as an ONNX model (opset 11), batch normalisation folded into the convolutions, the
/// batch size free. The network must be in eval mode.
std::string to_onnx(const Network& network, const std::string& name);

}  // namespace croquis::learning
