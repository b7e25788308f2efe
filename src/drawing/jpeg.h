#pragma once

#include "core/bytes.h"
#include "core/error.h"
#include "drawing/decode_limits.h"
#include "drawing/image.h"

namespace croquis::drawing {

/// Decodes a JPEG, baseline or progressive, by libjpeg-turbo, and turns it upright. What every
/// viewer shows is read: stray bytes between segments and before the end, a missing end marker,
/// damage in the last row of blocks of several (8 or 16 pixels). Damage above that, or a component
/// without data, is malformed. Errors otherwise: those of decode().
Result<Image> decode_jpeg(BytesView file, const DecodeLimits& limits);

/// A JPEG, which decode_jpeg has read, with nothing but the picture, upright: its coefficients are
/// written anew, without loss; where they cannot be turned without loss, the pixels.
Result<Bytes> bare_jpeg(BytesView file);

}  // namespace croquis::drawing
