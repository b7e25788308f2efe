#pragma once

#include <filesystem>

#include "core/error.h"
#include "learning/training/network.h"
#include "learning/training/samples.h"

namespace croquis::learning {

/// Gives the network the convolutions of an earlier model of this program, an ONNX file in which
/// the normalisations are folded into them. These are taken out again by what the convolutions give
/// for `samples`, so that the network computes what the model does, also while it trains. Of a last
/// stage that was wider the channels are kept that its logits made most of. Both linear outputs
/// stay as they are. Errors: not_found, malformed (no ONNX file), invalid (a model of
/// another layout).
Result<void> begin_with(Network& network, const std::filesystem::path& onnx,
                        const Samples& samples);

}  // namespace croquis::learning
