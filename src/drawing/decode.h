#pragma once

#include <cstddef>

#include "core/bytes.h"
#include "core/error.h"
#include "drawing/image.h"

namespace croquis::drawing {

/// Checked against the file's header before any pixel memory is allocated.
struct DecodeLimits {
    std::size_t max_bytes = std::size_t{2} << 20U;  ///< of the encoded file
    int min_side = 8;                               ///< pixels
    int max_side = 4096;                            ///< pixels
    std::size_t max_pixels = 8'000'000;             ///< width times height
};

struct Decoded {
    MediaType type = MediaType::png;
    Image image;
};

/// What the first bytes say the file is; unsupported_media if none of PNG, JPEG and WebP.
Result<MediaType> sniff(BytesView file);

/// Decodes a PNG, JPEG or WebP to 8 bits a channel. A grey picture stays grey, one with no
/// transparency stays without alpha; a JPEG photograph is turned upright as its Exif data says.
/// Text, colour profiles and the like are passed over unread.
/// Errors: too_large (bytes, side, pixels), invalid (too small), unsupported_media (animated WebP,
/// CMYK), malformed (truncated or damaged). Thread-safe; allocates at most the pixels, as much
/// again for a photograph that is turned, and the file's size.
Result<Decoded> decode(BytesView file, const DecodeLimits& limits = {});

/// Encodes a grey, RGB or RGBA picture as PNG.
Result<Bytes> encode_png(const Image& image);

}  // namespace croquis::drawing
