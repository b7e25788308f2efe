#pragma once

#include <optional>
#include <string_view>

#include "core/bytes.h"

namespace croquis::drawing {

inline constexpr std::string_view png_signature = "\x89PNG\r\n\x1a\n";
/// The last chunk, which is always the same.
inline constexpr std::string_view png_end{"\0\0\0\0IEND\xae\x42\x60\x82", 12};

/// The number in the first four bytes, of which there must be as many.
std::uint32_t big_endian(BytesView bytes);

void add_big_endian(Bytes& into, std::uint32_t value);

/// PNG's number for pixels of 1 to 4 channels: grey, grey and alpha, RGB, RGBA.
std::uint8_t colour_type_of(int channels);

/// One chunk of a PNG (specification, third edition, section 5.3), in the file's own bytes.
struct PngChunk {
    BytesView whole;  ///< with its length, type and sum

    [[nodiscard]] std::string_view type() const { return as_text(whole.subspan(4, 4)); }
    [[nodiscard]] BytesView data() const { return whole.subspan(8, whole.size() - 12); }

    /// A decoder may pass over it: its type begins with a small letter.
    [[nodiscard]] bool is_ancillary() const { return (whole[4] & 0x20U) != 0; }

    /// Whether its sum (CRC) is right.
    [[nodiscard]] bool is_intact() const;
};

/// Takes one chunk off the front; nothing where `rest` does not hold a whole one.
std::optional<PngChunk> next_chunk(BytesView& rest);

/// Writes one, with its length and sum.
void add_chunk(Bytes& into, std::string_view type, BytesView data);

/// What the first chunk says of the pixels.
struct PngHeader {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint8_t depth = 0;   ///< bits a sample
    std::uint8_t colour = 0;  ///< 0 grey, 2 RGB, 3 palette, 4 grey+alpha, 6 RGBA
    std::uint8_t interlace = 0;

    [[nodiscard]] std::uint64_t bits_a_pixel() const;
};

/// Nothing where the chunk is no header, or a damaged one.
std::optional<PngHeader> read_png_header(const PngChunk& chunk);

/// Whether a PNG of the plain kind (plain_png.h) has the chunks IHDR, IDAT and IEND and not a byte
/// besides.
bool holds_only_pixels(BytesView png);

/// How the picture is to be turned, 1 to 8, as its eXIf chunk says; 1 where it does not.
int png_orientation(BytesView png);

/// A PNG without what its pixels do not need: text, colour profiles, times and the like, which
/// could make a decoder inflate and keep much. What follows the last whole chunk stays as it is.
Bytes without_extras(BytesView png);

}  // namespace croquis::drawing
