#include "drawing/plain_png.h"

#include <isa-l/igzip_lib.h>
#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <opencv2/core/hal/intrin.hpp>
#include <stdexcept>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "drawing/png_chunks.h"

namespace croquis::drawing {
namespace {

struct PlainHeader {
    std::uint32_t width;
    std::uint32_t height;
    int channels;
};

/// Nothing where the file is not of the plain kind.
std::optional<PlainHeader> plain_header(const PngChunk& chunk) {
    constexpr std::array<int, 7> channels_of{1, 0, 3, 0, 2, 0, 4};  // by colour type; 0: not plain
    const BytesView d = chunk.data();
    if (chunk.type() != "IHDR" || !chunk.is_intact() || d.size() != 13) return std::nullopt;
    const bool plain = d[8] == 8 && d[9] < channels_of.size() && channels_of[d[9]] != 0 &&
                       d[10] == 0 && d[11] == 0 && d[12] == 0;
    if (!plain) return std::nullopt;
    constexpr std::uint32_t max_side = 0x7fffffff;
    const PlainHeader header{big_endian(d), big_endian(d.subspan(4)), channels_of[d[9]]};
    const auto possible = [](std::uint32_t side) { return side >= 1 && side <= max_side; };
    if (!possible(header.width) || !possible(header.height)) return std::nullopt;
    return header;
}

/// The data of the chunks that hold the pixels. Nothing where a chunk is cut short or damaged, or
/// is one that the plain kind does not have.
std::optional<std::vector<BytesView>> pixel_data(BytesView rest) {
    std::vector<BytesView> parts;
    bool ended = false;
    while (const auto chunk = next_chunk(rest)) {
        if (!chunk->is_intact() || chunk->type() == "tRNS") return std::nullopt;
        if (chunk->type() == "IEND") return parts;
        if (chunk->type() == "IDAT") {
            if (ended) return std::nullopt;  // pixels are in consecutive chunks
            parts.push_back(chunk->data());
        } else if (chunk->is_ancillary()) {
            ended = !parts.empty();
        } else {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

Bytes join(const std::vector<BytesView>& parts) {
    Bytes whole;
    for (const auto part : parts) whole.insert(whole.end(), part.begin(), part.end());
    return whole;
}

/// Whether a zlib stream is whole, its sum is right, nothing follows it and it fills `into`
/// exactly.
bool inflate(BytesView from, std::vector<std::uint8_t>& into) {
    const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> engine(
        libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
    if (!engine) throw std::bad_alloc();
    std::size_t read = 0;
    return libdeflate_zlib_decompress_ex(engine.get(), from.data(), from.size(), into.data(),
                                         into.size(), &read, nullptr) == LIBDEFLATE_SUCCESS &&
           read == from.size();
}

using cv::v_uint8x16;
constexpr std::size_t lanes = 16;

bool all_zero(const v_uint8x16& v) {
    return !cv::v_check_any(v != cv::v_setzero_u8());
}

std::uint8_t paeth(int left, int up, int corner) {
    const int to_left = std::abs(up - corner);
    const int to_up = std::abs(left - corner);
    const int to_corner = std::abs(left + up - 2 * corner);
    if (to_left <= to_up && to_left <= to_corner) return static_cast<std::uint8_t>(left);
    return static_cast<std::uint8_t>(to_up <= to_corner ? up : corner);
}

/// Undoes the filters of rows of C-byte pixels. `in` and `out` may overlap with `out` in front, as
/// each step reads its bytes before it writes as many.
template <std::size_t C>
class Unfilter {
  public:
    explicit Unfilter(std::size_t stride) : stride_(stride), above_first_(stride, 0) {}

    /// False where the row's filter does not exist. `up` is the row above, undone.
    bool row(int filter, const std::uint8_t* in, std::uint8_t* out, const std::uint8_t* up) const {
        if (up == nullptr) up = above_first_.data();
        switch (filter) {
            case 0:
                std::memmove(out, in, stride_);
                return true;
            case 1:
                sub(in, out);
                return true;
            case 2:
                add_up(in, out, up);
                return true;
            case 3:
                predict(in, out, up, [](int left, int above, int) {
                    return static_cast<std::uint8_t>((left + above) / 2);
                });
                return true;
            case 4:
                predict(in, out, up, paeth);
                return true;
            default:
                return false;
        }
    }

  private:
    // What three-byte pixels repeat after, too: a multiple of the lanes and of C.
    static constexpr std::size_t block = C == 3 ? 3 * lanes : lanes;

    static bool zero_block(const std::uint8_t* in) {
        v_uint8x16 any = cv::v_load(in);
        for (std::size_t i = lanes; i < block; i += lanes) any = any | cv::v_load(in + i);
        return all_zero(any);
    }

    /// Block-wise where nothing changes from pixel to pixel, as in most of a drawing; byte by byte
    /// elsewhere.
    template <class Flat, class Byte>
    void run(const std::uint8_t* in, std::uint8_t* out, Flat is_flat, Byte byte) const {
        std::size_t x = 0;
        while (x < stride_) {
            if (x >= C && x + block <= stride_ && zero_block(in + x) && is_flat(x)) {
                std::array<std::uint8_t, block> pattern;
                for (std::size_t i = 0; i < block; ++i) pattern[i] = out[x - C + i % C];
                do {
                    std::memcpy(out + x, pattern.data(), block);
                    x += block;
                } while (x + block <= stride_ && zero_block(in + x) && is_flat(x));
                continue;
            }
            for (const std::size_t end = std::min(stride_, x + block); x < end; ++x) byte(x);
        }
    }

    void sub(const std::uint8_t* in, std::uint8_t* out) const {
        run(
            in, out, [](std::size_t) { return true; },
            [=](std::size_t x) {
                out[x] = static_cast<std::uint8_t>(in[x] + (x < C ? 0 : out[x - C]));
            });
    }

    void add_up(const std::uint8_t* in, std::uint8_t* out, const std::uint8_t* up) const {
        std::size_t x = 0;
        for (; x + lanes <= stride_; x += lanes)
            cv::v_store(out + x, cv::v_add_wrap(cv::v_load(in + x), cv::v_load(up + x)));
        for (; x < stride_; ++x) out[x] = static_cast<std::uint8_t>(in[x] + up[x]);
    }

    /// Average and Paeth, which both repeat the pixel before where the row above is that pixel all
    /// along.
    template <class Predictor>
    void predict(const std::uint8_t* in, std::uint8_t* out, const std::uint8_t* up,
                 Predictor predictor) const {
        const auto is_flat = [=](std::size_t x) {
            return std::memcmp(up + x - C, out + x - C, C) == 0 &&
                   std::memcmp(up + x, up + x - C, block) == 0;
        };
        run(in, out, is_flat, [=](std::size_t x) {
            const int left = x < C ? 0 : out[x - C];
            const int corner = x < C ? 0 : up[x - C];
            out[x] = static_cast<std::uint8_t>(in[x] + predictor(left, up[x], corner));
        });
    }

    std::size_t stride_;
    std::vector<std::uint8_t> above_first_;
};

/// Rows with a filter byte each become rows without, in the same memory.
template <std::size_t C>
bool undo_filters(std::vector<std::uint8_t>& pixels, std::size_t stride, std::size_t height) {
    const Unfilter<C> unfilter(stride);
    const std::uint8_t* up = nullptr;
    for (std::size_t y = 0; y < height; ++y) {
        const std::uint8_t* in = pixels.data() + y * (stride + 1);
        std::uint8_t* out = pixels.data() + y * stride;
        if (!unfilter.row(in[0], in + 1, out, up)) return false;
        up = out;
    }
    pixels.resize(stride * height);
    return true;
}

/// The rows of a picture, each after a byte that says that it has no filter.
Bytes unfiltered_rows(const Image& image) {
    const auto height = static_cast<std::size_t>(image.height);
    const std::size_t stride = image.pixels.size() / height;
    Bytes rows((stride + 1) * height, 0);
    for (std::size_t y = 0; y < height; ++y)
        std::memcpy(rows.data() + y * (stride + 1) + 1, image.pixels.data() + y * stride, stride);
    return rows;
}

#if defined(__x86_64__)
/// ISA-L's assembly leaves the upper halves of AVX's registers in use. Then every SSE instruction
/// that follows, of code compiled without AVX, waits for the one before it that wrote the register
/// (Intel, Optimization Reference Manual, "Mixing AVX code with SSE code"): inking takes three
/// times as long, on AMD too.
__attribute__((target("avx"))) void clear_upper_halves() {
    _mm256_zeroupper();
}

void after_isal() {
    if (__builtin_cpu_supports("avx") != 0) clear_upper_halves();
}
#else
void after_isal() {}
#endif

/// In zlib's format, by ISA-L's level 1: level 0 takes half as long and a fifth more bytes. Bytes
/// that cannot be packed are stored, so that little more room is needed than they take.
Bytes deflated(BytesView data) {
    constexpr std::size_t stored_block = 65'535;
    constexpr std::size_t headers = 64;  // zlib's, its sum's, and those of the last blocks
    Bytes packed(data.size() + data.size() / stored_block * 8 + headers);
    const auto tables = std::make_unique_for_overwrite<std::uint8_t[]>(ISAL_DEF_LVL1_SMALL);
    isal_zstream stream;
    isal_deflate_stateless_init(&stream);
    // Not set by the library (2.30); what stood there before would decide how far matches go back.
    stream.hist_bits = 0;
    stream.gzip_flag = IGZIP_ZLIB;
    stream.level = 1;
    stream.level_buf = tables.get();
    stream.level_buf_size = ISAL_DEF_LVL1_SMALL;
    // Only read: the library's interface has no constant data.
    stream.next_in = const_cast<std::uint8_t*>(data.data());
    stream.avail_in = static_cast<std::uint32_t>(data.size());
    stream.next_out = packed.data();
    stream.avail_out = static_cast<std::uint32_t>(packed.size());
    stream.end_of_stream = 1;
    const int status = isal_deflate_stateless(&stream);
    after_isal();
    if (status != COMP_OK) throw std::logic_error("ISA-L does not deflate");
    packed.resize(stream.total_out);
    return packed;
}

bool undo_filters(Image& image) {
    const auto height = static_cast<std::size_t>(image.height);
    const auto stride =
        static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels);
    switch (image.channels) {
        case 1:
            return undo_filters<1>(image.pixels, stride, height);
        case 2:
            return undo_filters<2>(image.pixels, stride, height);
        case 3:
            return undo_filters<3>(image.pixels, stride, height);
        default:
            return undo_filters<4>(image.pixels, stride, height);
    }
}

}  // namespace

std::optional<Image> decode_plain_png(BytesView file, std::size_t max_pixels) {
    if (!as_text(file).starts_with(png_signature)) return std::nullopt;
    BytesView rest = file.subspan(png_signature.size());
    const auto first = next_chunk(rest);
    const auto header = first ? plain_header(*first) : std::nullopt;
    if (!header || header->height > max_pixels / header->width) return std::nullopt;
    const auto parts = pixel_data(rest);
    if (!parts) return std::nullopt;
    Image image{
        static_cast<int>(header->width), static_cast<int>(header->height), header->channels, {}};
    const std::size_t row =
        std::size_t{header->width} * static_cast<std::size_t>(header->channels) + 1;
    image.pixels.resize(row * header->height);
    const bool inflated = parts->size() == 1 ? inflate(parts->front(), image.pixels)
                                             : inflate(join(*parts), image.pixels);
    if (!inflated || !undo_filters(image)) return std::nullopt;
    return image;
}

Bytes encode_plain_png(const Image& image) {
    constexpr std::uint8_t bits_a_channel = 8;
    Bytes header;
    add_big_endian(header, static_cast<std::uint32_t>(image.width));
    add_big_endian(header, static_cast<std::uint32_t>(image.height));
    header.insert(header.end(), {bits_a_channel, colour_type_of(image.channels), 0, 0, 0});
    const Bytes packed = deflated(unfiltered_rows(image));
    const BytesView signature = as_bytes(png_signature);
    Bytes file(signature.begin(), signature.end());
    file.reserve(packed.size() + 64);
    add_chunk(file, "IHDR", header);
    add_chunk(file, "IDAT", packed);
    const BytesView end = as_bytes(png_end);
    file.insert(file.end(), end.begin(), end.end());
    return file;
}

}  // namespace croquis::drawing
