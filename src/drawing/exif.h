#pragma once

#include "core/bytes.h"
#include "drawing/image.h"

namespace croquis::drawing {

/// How a camera was held, as Exif 2.3 (tag 0x0112) says it: 1 upright … 8. 1 where a JPEG does not
/// say, or says it wrongly.
int exif_orientation(BytesView jpeg);

/// The same of Exif data alone, as PNG and WebP keep them: a TIFF header, with or without the name
/// in front that JPEG gives it.
int tiff_orientation(BytesView data);

/// Turns and mirrors the pixels as an orientation (1 to 8) asks, so that the picture stands
/// upright.
Image upright(Image image, int orientation);

}  // namespace croquis::drawing
