#pragma once

#include <cstddef>
#include <optional>

#include "core/bytes.h"
#include "drawing/image.h"

namespace croquis::drawing {

/// Decodes the kind of PNG that pages and canvases send: 8 bits a channel, grey or colour with or
/// without alpha, not interlaced, no palette. libdeflate inflates the whole picture in one call,
/// several times faster than zlib's stream, and the filters (PNG specification, third edition,
/// section 9) are undone in place, sixteen bytes at a time.
///
/// Nothing where the file is of another kind, has more pixels than `max_pixels`, or is not sound in
/// every sum, chunk and byte: libspng, which then reads it, says what is wrong. Ancillary chunks
/// are passed over. Allocates the pixels and, where they are in several chunks, the file's size.
std::optional<Image> decode_plain_png(BytesView file, std::size_t max_pixels);

/// Encodes a picture as such a file, for drawings: lines on one colour are smaller without filters,
/// and quicker to read back. The bytes may differ between kinds of processors.
Bytes encode_plain_png(const Image& image);

}  // namespace croquis::drawing
