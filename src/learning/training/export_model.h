#pragma once

#include <string>

#include "core/error.h"
#include "learning/training/card.h"
#include "learning/training/network.h"

namespace croquis::learning {

/// The network as the ONNX file that is served, named and calibrated as the card says, and checked:
/// the reference engine gives what LibTorch does. The bias of "unknown" goes into the weights, for
/// an engine knows a temperature, but no bias. The network is in eval mode afterwards.
/// Errors: internal (the two differ).
Result<std::string> export_model(Network& network, const ModelCard& card);

}  // namespace croquis::learning
