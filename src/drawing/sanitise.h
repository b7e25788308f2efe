#pragma once

#include "core/bytes.h"
#include "core/error.h"

namespace croquis::drawing {

/// A picture that decode() has read as it may be kept and shown to everyone: the pixels, upright,
/// and nothing else of what was sent. Gone are where, when, by whom and with what a photograph was
/// taken (Exif, XMP, IPTC), thumbnails, comments and other text, colour profiles, further frames of
/// an animation, and bytes before, between and after the parts of the file. The format stays:
///   PNG   the chunks IHDR, PLTE of a palette, tRNS, IDAT and IEND, as they were
///   JPEG  the same coefficients, in a file of their own
///   WebP  the same bits, in a file of their own
/// without loss. Pixels are written anew, a JPEG's and a lossy WebP's with a quality of 92, a PNG's
/// with 8 bits a channel, where a turn cannot be made otherwise, where the file is cut short, and
/// where a PNG's pixels are followed by other data in their own stream. A result may then be larger
/// than `file`. Where Decoded::bare is true there is nothing to do. Errors: those of decode(), and
/// internal. Thread-safe; takes a few times as long as decode().
Result<Bytes> sanitised(BytesView file);

}  // namespace croquis::drawing
