#pragma once

#include <optional>

#include "drawing/image.h"

namespace croquis::drawing {

/// A part of a picture, in pixels from its top left corner.
struct InkBox {
    int x = 0;
    int y = 0;
    int width = 0;
    int height = 0;
};

/// The least box that holds the ink, as normalise() finds it; nothing of a picture without any.
/// Deterministic and thread-safe.
std::optional<InkBox> ink_box(const Image& image);

}  // namespace croquis::drawing
