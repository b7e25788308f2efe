#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/error.h"
#include "drawing/image.h"

namespace croquis::drawing {

/// The side of the square that a model sees, in pixels.
inline constexpr int model_side = 48;

/// One drawing as a model sees it: rows from the top, ink 255 on 0, anti-aliased.
using ModelInput = std::array<std::uint8_t, std::size_t{model_side} * model_side>;

/// Finds the ink whatever the background (transparent, white, dark, a photographed page), crops to
/// it, and fits it into the square with its aspect ratio kept and pen width evened out. A picture
/// with no ink is ErrorKind::invalid, "image". Deterministic and thread-safe: training and serving
/// share it.
Result<ModelInput> normalise(const Image& image);

}  // namespace croquis::drawing
