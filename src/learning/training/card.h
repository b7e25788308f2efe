#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <string>

#include "core/error.h"
#include "learning/training/model_card.h"

namespace croquis::learning {

/// SHA-256 of the list of what was learnt from.
std::string digest_of_learnt(const ModelCard& card);

/// Writes NAME.onnx, NAME.json (what serving reads, and all the figures), NAME.md for people, and
/// the pictures in card/.
Result<void> write_model(const std::filesystem::path& folder, const std::string& onnx,
                         const ModelCard& card);

/// Writes card and pictures anew of a model that is there, whose SHA-256 is `digest`. The network
/// stays, and with it what its card says of its training.
Result<void> write_measured(const std::filesystem::path& folder, const ModelCard& card,
                            const std::string& digest, boost::json::object training);

}  // namespace croquis::learning
