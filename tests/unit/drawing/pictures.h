#pragma once

#include <libdeflate.h>
#include <turbojpeg.h>
#include <webp/encode.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "drawing/image.h"

/// Encoded pictures for tests, the broken and the hostile ones too: each part can be set.
namespace croquis::drawing::testing_support {

using Random = std::mt19937;

inline std::uint32_t below(Random& random, std::uint32_t end) {
    return static_cast<std::uint32_t>(random() % end);
}

inline void append(Bytes& to, BytesView more) {
    to.insert(to.end(), more.begin(), more.end());
}
inline void append(Bytes& to, std::string_view more) {
    append(to, as_bytes(more));
}
inline void append_big_endian(Bytes& to, std::uint32_t value) {
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        to.push_back(static_cast<std::uint8_t>(value >> shift));
}

inline bool equal(const Image& a, const Image& b) {
    return a.width == b.width && a.height == b.height && a.channels == b.channels &&
           a.pixels == b.pixels;
}

/// A picture that is partly flat and partly noise, as drawings with anti-aliased lines are.
inline Image scribble(int width, int height, int channels, std::uint32_t seed) {
    Random random(seed);
    Image image{width, height, channels, {}};
    image.pixels.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                        static_cast<std::size_t>(channels));
    std::uint8_t value = 255;
    for (auto& each : image.pixels) {
        if (below(random, 60) == 0) value = static_cast<std::uint8_t>(random());
        each = value;
    }
    return image;
}

inline Bytes png_chunk(std::string_view type, BytesView data) {
    Bytes chunk;
    append_big_endian(chunk, static_cast<std::uint32_t>(data.size()));
    append(chunk, type);
    append(chunk, data);
    append_big_endian(chunk, libdeflate_crc32(0, chunk.data() + 4, chunk.size() - 4));
    return chunk;
}

inline Bytes zlib_compressed(BytesView data, int level = 6) {
    const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> engine(
        libdeflate_alloc_compressor(level), libdeflate_free_compressor);
    Bytes out(libdeflate_zlib_compress_bound(engine.get(), data.size()));
    out.resize(
        libdeflate_zlib_compress(engine.get(), data.data(), data.size(), out.data(), out.size()));
    return out;
}

/// A PNG chunk by chunk. `rows` are its filtered rows, each with its filter byte in front.
struct Png {
    std::uint32_t width = 16;
    std::uint32_t height = 16;
    std::uint8_t depth = 8;
    std::uint8_t colour = 0;  ///< 0 grey, 2 RGB, 3 palette, 4 grey+alpha, 6 RGBA
    std::uint8_t interlace = 0;
    Bytes rows;
    int level = 6;              ///< of compression
    std::size_t idat_size = 0;  ///< splits the pixels over chunks of this size; 0: one chunk
    Bytes before_idat, between, after_idat;  ///< whole chunks, `between` where the pixels are split

    [[nodiscard]] std::size_t samples() const {
        constexpr std::size_t of[]{1, 0, 3, 1, 2, 0, 4};
        return of[colour];
    }

    /// The lengths of the rows without their filter bytes, of all passes.
    [[nodiscard]] std::vector<std::size_t> row_sizes() const {
        struct Pass {
            std::size_t x, y, dx, dy;
        };
        static constexpr Pass whole[]{{0, 0, 1, 1}};
        static constexpr Pass adam7[]{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                      {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
        std::vector<std::size_t> sizes;
        const std::span<const Pass> passes =
            interlace == 0 ? std::span<const Pass>(whole) : std::span<const Pass>(adam7);
        for (const auto& pass : passes) {
            if (width <= pass.x || height <= pass.y) continue;
            const std::size_t columns = (width - pass.x + pass.dx - 1) / pass.dx;
            const std::size_t lines = (height - pass.y + pass.dy - 1) / pass.dy;
            sizes.insert(sizes.end(), lines, (columns * samples() * depth + 7) / 8);
        }
        return sizes;
    }

    [[nodiscard]] Bytes header() const {
        Bytes data;
        append_big_endian(data, width);
        append_big_endian(data, height);
        append(data, Bytes{depth, colour, 0, 0, interlace});
        return png_chunk("IHDR", data);
    }

    [[nodiscard]] Bytes file_with(BytesView stream) const {
        Bytes file;
        append(file, "\x89PNG\r\n\x1a\n");
        append(file, header());
        append(file, before_idat);
        const std::size_t step = idat_size == 0 ? stream.size() : idat_size;
        for (std::size_t at = 0; at < stream.size(); at += step) {
            if (at > 0) append(file, between);
            append(file, png_chunk("IDAT", stream.subspan(at, std::min(step, stream.size() - at))));
        }
        append(file, after_idat);
        append(file, png_chunk("IEND", {}));
        return file;
    }

    [[nodiscard]] Bytes file() const { return file_with(zlib_compressed(rows, level)); }
};

/// Any bytes are rows of some picture once each begins with a filter that exists; long runs of
/// zeros and of one pixel are what a decoder treats apart.
inline Bytes random_rows(const Png& png, Random& random) {
    Bytes rows;
    for (const std::size_t size : png.row_sizes()) {
        rows.push_back(static_cast<std::uint8_t>(below(random, 5)));
        const bool noisy = below(random, 4) == 0;
        for (std::size_t left = size; left > 0;) {
            const std::size_t run = std::min<std::size_t>(left, 1 + below(random, 90));
            const bool zeros = !noisy && below(random, 3) != 0;
            for (std::size_t i = 0; i < run; ++i)
                rows.push_back(zeros ? std::uint8_t{0} : static_cast<std::uint8_t>(random()));
            left -= run;
        }
    }
    return rows;
}

/// `count` greys from black to white.
inline Bytes palette(std::size_t count) {
    Bytes colours;
    for (std::size_t i = 0; i < count; ++i)
        colours.insert(colours.end(), 3, static_cast<std::uint8_t>(i * 255 / (count - 1)));
    return png_chunk("PLTE", colours);
}

/// `format` is one of TJPF_GRAY, TJPF_RGB, TJPF_CMYK, as the image's channels are.
inline Bytes jpeg(const Image& image, int format, int flags = 0) {
    const std::unique_ptr<void, decltype(&tjDestroy)> engine(tjInitCompress(), tjDestroy);
    unsigned char* data = nullptr;
    unsigned long size = 0;
    const int sampling = format == TJPF_GRAY ? TJSAMP_GRAY : TJSAMP_444;
    if (tjCompress2(engine.get(), image.pixels.data(), image.width, 0, image.height, format, &data,
                    &size, sampling, 100, flags) != 0)
        throw std::runtime_error(tjGetErrorStr2(engine.get()));
    const std::unique_ptr<unsigned char, decltype(&tjFree)> owned(data, tjFree);
    return {data, data + size};
}

/// Lossy where `quality` is given, else exact.
inline Bytes webp(const Image& image, float quality = -1) {
    std::uint8_t* data = nullptr;
    const int stride = image.width * image.channels;
    const auto* pixels = image.pixels.data();
    std::size_t size = 0;
    if (quality < 0)
        size = image.channels == 4
                   ? WebPEncodeLosslessRGBA(pixels, image.width, image.height, stride, &data)
                   : WebPEncodeLosslessRGB(pixels, image.width, image.height, stride, &data);
    else
        size = image.channels == 4
                   ? WebPEncodeRGBA(pixels, image.width, image.height, stride, quality, &data)
                   : WebPEncodeRGB(pixels, image.width, image.height, stride, quality, &data);
    const std::unique_ptr<std::uint8_t, decltype(&WebPFree)> owned(data, WebPFree);
    return {data, data + size};
}

}  // namespace croquis::drawing::testing_support
