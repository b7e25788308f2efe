#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <string>

#include "core/error.h"
#include "learning/dataset/people.h"
#include "learning/training/card.h"
#include "learning/training/network.h"

namespace croquis::learning {

/// A model that this program has made, to be measured again.
struct Finished {
    /// Computes what the model does, but without the bias of "unknown", as it was when trained; the
    /// normalisations are those of the ONNX file, in the convolutions.
    Network network;
    ModelCard card;                ///< without figures
    boost::json::object training;  ///< as its card has it
    std::string sha256;            ///< of the ONNX file
};

/// Reads NAME.onnx and NAME.json of `folder`. `people` must be the drawings that it was made from:
/// what it learnt from must not judge it. Errors: not_found, malformed, invalid (no model of this
/// program's layout), conflict (model and card do not belong together, or it learnt from other
/// drawings).
Result<Finished> read_finished(const std::filesystem::path& folder, const std::string& name,
                               const People& people);

}  // namespace croquis::learning
