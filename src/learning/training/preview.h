#pragma once

#include <cstdint>
#include <filesystem>

#include "core/error.h"
#include "learning/training/samples.h"

namespace croquis::learning {

/// Writes a sheet of samples as the network sees them, as PNG, to be looked at: a row of sketches
/// for each label, then people's drawings. Errors: internal (it cannot be written).
Result<void> write_preview(const std::filesystem::path& file, std::uint64_t seed,
                           const Corpus& corpus);

}  // namespace croquis::learning
