#pragma once

#include "core/bytes.h"
#include "core/error.h"
#include "drawing/decode_limits.h"
#include "drawing/image.h"

namespace croquis::drawing {

/// Decodes a still WebP, lossy or exact, and turns it upright as its Exif data says. A file that is
/// cut short is read where at most its last 32 rows, and less than half of it, are missing; they
/// are left white. Errors: those of decode().
Result<Image> decode_webp(BytesView file, const DecodeLimits& limits);

/// A WebP, which decode_webp has read, with nothing but the picture, upright: its own bits where it
/// is whole and stands upright, else its pixels written anew.
Result<Bytes> bare_webp(BytesView file);

}  // namespace croquis::drawing
