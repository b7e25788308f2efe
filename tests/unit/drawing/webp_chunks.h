#pragma once

#include "unit/drawing/pictures.h"

/// WebP files chunk by chunk (RIFF).
namespace croquis::drawing::testing_support {

/// The 24-bit little-endian numbers of WebP's extended header.
inline void append_24(Bytes& to, std::uint32_t value) {
    for (const unsigned shift : {0U, 8U, 16U})
        to.push_back(static_cast<std::uint8_t>(value >> shift));
}

inline Bytes riff_chunk(std::string_view type, BytesView data) {
    Bytes chunk;
    append(chunk, type);
    append_24(chunk, static_cast<std::uint32_t>(data.size()));
    chunk.push_back(0);
    append(chunk, data);
    if (data.size() % 2 != 0) chunk.push_back(0);
    return chunk;
}

inline constexpr std::uint8_t animation_flag = 2;
inline constexpr std::uint8_t exif_flag = 8;

/// A WebP with the extended header. `body` is its chunks.
inline Bytes extended_webp(std::uint8_t flags, std::uint32_t width, std::uint32_t height,
                           BytesView body) {
    Bytes header{flags, 0, 0, 0};
    append_24(header, width - 1);
    append_24(header, height - 1);
    Bytes content;
    append(content, "WEBP");
    append(content, riff_chunk("VP8X", header));
    append(content, body);
    return riff_chunk("RIFF", content);
}

}  // namespace croquis::drawing::testing_support
