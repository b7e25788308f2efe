#pragma once

#include "core/bytes.h"
#include "core/error.h"
#include "drawing/decode_limits.h"
#include "drawing/image.h"

namespace croquis::drawing {

struct Decoded {
    MediaType type = MediaType::png;
    Image image;
    bool bare = false;  ///< the file is its pixels and nothing else: sanitised() need not be asked
};

/// What the first bytes say the file is; unsupported_media if none of PNG, JPEG and WebP.
Result<MediaType> sniff(BytesView file);

/// Decodes a PNG, JPEG or WebP to 8 bits a channel. A grey picture stays grey, one with no
/// transparency stays without alpha; a photograph is turned upright as its Exif data says.
/// Text, colour profiles and the like are passed over unread.
/// Errors: too_large (bytes, side, pixels), invalid (too small), unsupported_media (animated WebP,
/// CMYK), malformed (damaged, or cut short by more than decode_jpeg and decode_webp put up with; a
/// PNG needs all of its pixels, but neither IEND nor an end after it). Thread-safe; allocates at
/// most the pixels, as much again for a photograph that is turned or progressive, and the file's
/// size.
Result<Decoded> decode(BytesView file, const DecodeLimits& limits = {});

/// What a PNG's rows are filtered for: lines on one colour, or a change from pixel to pixel.
enum class PngContent { drawing, photograph };

/// Encodes a grey, RGB or RGBA picture as PNG.
Result<Bytes> encode_png(const Image& image, PngContent content = PngContent::drawing);

}  // namespace croquis::drawing
