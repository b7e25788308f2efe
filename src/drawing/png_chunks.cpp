#include "drawing/png_chunks.h"

#include <libdeflate.h>

#include <algorithm>
#include <array>

#include "drawing/exif.h"

namespace croquis::drawing {
namespace {

constexpr std::size_t chunk_frame = 12;  // length, type and sum around a chunk's data

}  // namespace

std::uint32_t big_endian(BytesView bytes) {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : bytes.first(4)) value = value << 8U | byte;
    return value;
}

void add_big_endian(Bytes& into, std::uint32_t value) {
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        into.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint8_t colour_type_of(int channels) {
    static constexpr std::array<std::uint8_t, 5> types{0, 0, 4, 2, 6};
    return types[static_cast<std::size_t>(channels)];
}

bool PngChunk::is_intact() const {
    const BytesView summed = whole.subspan(4, whole.size() - 8);
    return libdeflate_crc32(0, summed.data(), summed.size()) == big_endian(whole.last(4));
}

std::optional<PngChunk> next_chunk(BytesView& rest) {
    if (rest.size() < chunk_frame) return std::nullopt;
    const std::size_t length = big_endian(rest);
    if (length > rest.size() - chunk_frame) return std::nullopt;
    const PngChunk chunk{rest.first(length + chunk_frame)};
    rest = rest.subspan(length + chunk_frame);
    return chunk;
}

void add_chunk(Bytes& into, std::string_view type, BytesView data) {
    add_big_endian(into, static_cast<std::uint32_t>(data.size()));
    const std::size_t summed = into.size();
    into.insert(into.end(), type.begin(), type.end());
    into.insert(into.end(), data.begin(), data.end());
    add_big_endian(into, libdeflate_crc32(0, into.data() + summed, into.size() - summed));
}

std::uint64_t PngHeader::bits_a_pixel() const {
    static constexpr std::array<std::uint64_t, 7> samples{1, 0, 3, 1, 2, 0, 4};  // by colour type
    return colour < samples.size() ? samples[colour] * depth : 0;
}

std::optional<PngHeader> read_png_header(const PngChunk& chunk) {
    const BytesView d = chunk.data();
    if (chunk.type() != "IHDR" || !chunk.is_intact() || d.size() != 13) return std::nullopt;
    return PngHeader{big_endian(d), big_endian(d.subspan(4)), d[8], d[9], d[12]};
}

bool holds_only_pixels(BytesView png) {
    BytesView rest = png.subspan(std::min(png.size(), png_signature.size()));
    bool first = true;
    while (const auto chunk = next_chunk(rest)) {
        if (rest.empty()) return as_text(chunk->whole) == png_end;
        if (chunk->type() != (first ? "IHDR" : "IDAT")) return false;
        first = false;
    }
    return false;
}

int png_orientation(BytesView png) {
    BytesView rest = png.subspan(std::min(png.size(), png_signature.size()));
    while (const auto chunk = next_chunk(rest)) {
        if (chunk->type() == "IEND") break;
        if (chunk->type() == "eXIf" && chunk->is_intact()) return tiff_orientation(chunk->data());
    }
    return 1;
}

Bytes without_extras(BytesView png) {
    BytesView rest = png.subspan(std::min(png.size(), png_signature.size()));
    Bytes kept(png.begin(), rest.begin());
    kept.reserve(png.size());
    const auto keep = [&](BytesView part) { kept.insert(kept.end(), part.begin(), part.end()); };
    while (const auto chunk = next_chunk(rest))
        if (!chunk->is_ancillary() || chunk->type() == "tRNS") keep(chunk->whole);
    keep(rest);
    return kept;
}

}  // namespace croquis::drawing
