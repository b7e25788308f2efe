#pragma once

#include <cstddef>

#include "core/bytes.h"
#include "drawing/decode.h"

namespace croquis::drawing {

/// What decoding and normalising a picture will take, told from its header.
struct Cost {
    /// Bytes that a decoder goes through: the file's and those of its pixels as they are stored
    /// there, twice where they come interlaced or in several scans. A core of 2025 does some 250 MB
    /// of them a second.
    std::size_t work = 0;
    /// Memory held at a time, at most, besides the file itself.
    std::size_t bytes = 0;
};

/// Where the file is none that decode() will take (broken, too many pixels), its size alone: it is
/// refused before a pixel is decoded. Thread-safe; reads a few bytes and allocates nothing.
Cost cost_of(BytesView file, const DecodeLimits& limits);

}  // namespace croquis::drawing
