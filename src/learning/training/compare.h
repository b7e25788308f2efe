#pragma once

#include <filesystem>
#include <string>

#include "core/error.h"
#include "learning/dataset/people.h"

namespace croquis::learning {

/// How a finished model, as it is served, does on the drawings that only judge, source by source:
/// by every engine that runs it, in 8 bits and in 32, and how often these two answer alike. For a
/// terminal of 100 columns. Errors: those of load_recognizer.
Result<std::string> compared(const std::filesystem::path& onnx, const People& people);

}  // namespace croquis::learning
