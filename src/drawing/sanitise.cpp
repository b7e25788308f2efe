#include "drawing/sanitise.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <vector>

#include "drawing/decode.h"
#include "drawing/jpeg.h"
#include "drawing/png_chunks.h"
#include "drawing/webp.h"

namespace croquis::drawing {
namespace {

/// Bytes of a PNG's rows with a filter byte each, of all its passes (PNG specification, third
/// edition, section 8); 0 where the header is none.
std::uint64_t filtered_size(const PngHeader& header) {
    struct Pass {
        std::uint32_t x, y, dx, dy;
    };
    static constexpr std::array<Pass, 1> whole{{{0, 0, 1, 1}}};
    static constexpr std::array<Pass, 7> adam7{{{0, 0, 8, 8},
                                                {4, 0, 8, 8},
                                                {0, 4, 4, 8},
                                                {2, 0, 4, 4},
                                                {0, 2, 2, 4},
                                                {1, 0, 2, 2},
                                                {0, 1, 1, 2}}};
    const std::span<const Pass> passes =
        header.interlace == 0 ? std::span<const Pass>(whole) : std::span<const Pass>(adam7);
    std::uint64_t size = 0;
    for (const auto& pass : passes) {
        if (header.width <= pass.x || header.height <= pass.y) continue;
        const std::uint64_t columns = (header.width - pass.x + pass.dx - 1) / pass.dx;
        const std::uint64_t rows = (header.height - pass.y + pass.dy - 1) / pass.dy;
        size += rows * (1 + (columns * header.bits_a_pixel() + 7) / 8);
    }
    return size;
}

/// Whether a zlib stream over several parts ends with the last of their bytes and gives `size`
/// bytes. What it gives is thrown away as it comes.
bool is_exactly(std::uint64_t size, const std::vector<BytesView>& parts) {
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK) throw std::bad_alloc();
    const std::unique_ptr<z_stream, decltype(&inflateEnd)> owned(&stream, inflateEnd);
    std::vector<std::uint8_t> sink(32768);
    std::uint64_t given = 0;
    int state = Z_OK;
    for (const auto part : parts) {
        if (state == Z_STREAM_END) return false;
        stream.next_in = const_cast<Bytef*>(part.data());  // it is only read
        stream.avail_in = static_cast<uInt>(part.size());
        do {
            stream.next_out = sink.data();
            stream.avail_out = static_cast<uInt>(sink.size());
            state = inflate(&stream, Z_NO_FLUSH);
            given += sink.size() - stream.avail_out;
        } while (state == Z_OK && stream.avail_out == 0 && given <= size);
        const bool waits = state == Z_OK || state == Z_BUF_ERROR;  // for the next part
        if (given > size || stream.avail_in > 0 || (!waits && state != Z_STREAM_END)) return false;
    }
    return state == Z_STREAM_END && given == size;
}

/// The chunks that make the pixels, and no others; nothing where they are not all there.
std::optional<Bytes> needed_chunks(BytesView file) {
    BytesView rest = file.subspan(std::min(file.size(), png_signature.size()));
    Bytes kept(file.begin(), rest.begin());
    kept.reserve(file.size());
    std::optional<PngHeader> header;
    std::vector<BytesView> pixels;
    const auto keep = [&](const PngChunk& chunk) {
        kept.insert(kept.end(), chunk.whole.begin(), chunk.whole.end());
    };
    while (const auto chunk = next_chunk(rest)) {
        const auto type = chunk->type();
        if (!header) {
            header = read_png_header(*chunk);
            if (!header) return std::nullopt;
            keep(*chunk);
        } else if (type == "IDAT") {
            if (!chunk->is_intact()) return std::nullopt;
            if (chunk->data().empty()) continue;
            pixels.push_back(chunk->data());
            keep(*chunk);
        } else if (pixels.empty() && (type == "tRNS" || (type == "PLTE" && header->colour == 3))) {
            keep(*chunk);
        } else if (type == "IEND") {
            break;
        }
    }
    if (!header || !is_exactly(filtered_size(*header), pixels)) return std::nullopt;
    const BytesView end = as_bytes(png_end);
    kept.insert(kept.end(), end.begin(), end.end());
    return kept;
}

Result<Bytes> bare_png(BytesView file) {
    if (png_orientation(file) == 1)
        if (auto kept = needed_chunks(file)) return std::move(*kept);
    const auto decoded = decode(file, unlimited);
    if (!decoded) return decoded.error();
    return encode_png(decoded->image, PngContent::photograph);
}

}  // namespace

Result<Bytes> sanitised(BytesView file) {
    const auto type = sniff(file);
    if (!type) return type.error();
    switch (*type) {
        case MediaType::jpeg:
            return bare_jpeg(file);
        case MediaType::webp:
            return bare_webp(file);
        case MediaType::png:
            break;
    }
    return bare_png(file);
}

}  // namespace croquis::drawing
