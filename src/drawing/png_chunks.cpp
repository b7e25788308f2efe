#include "drawing/png_chunks.h"

#include <libdeflate.h>

#include <algorithm>

namespace croquis::drawing {
namespace {

constexpr std::size_t frame = 12;  // length, type and sum around a chunk's data

}  // namespace

std::uint32_t big_endian(BytesView bytes) {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : bytes.first(4)) value = value << 8U | byte;
    return value;
}

bool PngChunk::is_intact() const {
    const BytesView summed = whole.subspan(4, whole.size() - 8);
    return libdeflate_crc32(0, summed.data(), summed.size()) == big_endian(whole.last(4));
}

std::optional<PngChunk> next_chunk(BytesView& rest) {
    if (rest.size() < frame) return std::nullopt;
    const std::size_t length = big_endian(rest);
    if (length > rest.size() - frame) return std::nullopt;
    const PngChunk chunk{rest.first(length + frame)};
    rest = rest.subspan(length + frame);
    return chunk;
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
