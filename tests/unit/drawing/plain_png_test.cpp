#include "drawing/plain_png.h"

#include <gtest/gtest.h>
#include <spng.h>

#include <memory>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

#include "drawing/png_chunks.h"
#include "unit/drawing/pictures.h"

namespace croquis::drawing {
namespace {

using namespace testing_support;

constexpr std::size_t many_pixels = 8'000'000;

/// What libspng reads in the file's own format; nothing where it refuses.
std::optional<Image> by_libspng(BytesView file) {
    const std::unique_ptr<spng_ctx, decltype(&spng_ctx_free)> png(spng_ctx_new(0), spng_ctx_free);
    spng_ihdr header{};
    spng_set_png_buffer(png.get(), file.data(), file.size());
    if (spng_get_ihdr(png.get(), &header) != 0) return std::nullopt;
    std::size_t size = 0;
    if (std::size_t{header.width} * header.height > many_pixels ||
        spng_decoded_image_size(png.get(), SPNG_FMT_PNG, &size) != 0)
        return std::nullopt;
    Image image{static_cast<int>(header.width), static_cast<int>(header.height), 0, {}};
    image.channels = static_cast<int>(size / header.width / header.height);
    image.pixels.resize(size);
    if (spng_decode_image(png.get(), image.pixels.data(), size, SPNG_FMT_PNG, 0) != 0)
        return std::nullopt;
    return image;
}

/// Whether the two agree, or the plain one leaves the file to the other.
bool agree(BytesView file) {
    const auto plain = decode_plain_png(file, many_pixels);
    if (!plain) return true;
    const auto reference = by_libspng(file);
    return reference && equal(*plain, *reference);
}

constexpr std::array<std::uint8_t, 4> plain_colours{0, 2, 4, 6};

Png random_png(Random& random, std::uint32_t longest = 200) {
    Png png;
    png.width = 1 + below(random, longest);
    png.height = 1 + below(random, 12);
    png.colour = plain_colours[below(random, 4)];
    png.level = static_cast<int>(below(random, 13));
    if (below(random, 3) == 0) png.idat_size = 1 + below(random, 40);
    png.rows = random_rows(png, random);
    return png;
}

TEST(PlainPng, ReadsRandomPicturesAsLibspngDoes) {
    Random random(1);
    for (int i = 0; i < 2000; ++i) {
        const auto file = random_png(random).file();
        const auto plain = decode_plain_png(file, many_pixels);
        const auto reference = by_libspng(file);
        ASSERT_TRUE(plain && reference) << i;
        ASSERT_TRUE(equal(*plain, *reference)) << i;
    }
}

/// Each filter alone, on each side of the width at which a row has one more block of lanes.
TEST(PlainPng, UndoesEachFilterAtEachWidth) {
    Random random(2);
    for (std::uint8_t filter = 0; filter < 5; ++filter)
        for (const auto colour : plain_colours)
            for (std::uint32_t width = 1; width < 70; ++width) {
                Png png;
                png.colour = colour;
                png.width = width;
                png.height = 3;
                png.rows = random_rows(png, random);
                const std::size_t row = png.row_sizes().front() + 1;
                for (std::size_t y = 0; y < 3; ++y) png.rows[y * row] = filter;
                const auto file = png.file();
                const auto plain = decode_plain_png(file, many_pixels);
                ASSERT_TRUE(plain);
                ASSERT_TRUE(equal(*plain, by_libspng(file).value()))
                    << int{filter} << ' ' << int{colour} << ' ' << width;
            }
}

TEST(PlainPng, WritesWhatBothReadersReadAlike) {
    Random random(5);
    for (int channels = 1; channels <= 4; ++channels)
        for (const int side : {1, 7, 40, 280}) {
            const auto image = scribble(side, 1 + static_cast<int>(below(random, 200)), channels,
                                        below(random, 1000));
            const auto file = encode_plain_png(image);
            EXPECT_TRUE(equal(by_libspng(file).value(), image)) << side << ' ' << channels;
            EXPECT_TRUE(equal(decode_plain_png(file, many_pixels).value(), image));
            EXPECT_TRUE(holds_only_pixels(file));
        }
}

TEST(PlainPng, WritesWhatCannotBePacked) {
    Random random(6);
    for (const int side : {1, 100, 700}) {
        Image noise{side, side, 3, {}};
        noise.pixels.resize(static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * 3);
        for (auto& byte : noise.pixels) byte = static_cast<std::uint8_t>(below(random, 256));
        EXPECT_TRUE(equal(by_libspng(encode_plain_png(noise)).value(), noise)) << side;
    }
}

/// Leaves a number all over the stack below.
__attribute__((noinline)) void fill_stack(std::uint16_t number) {
    std::array<volatile std::uint16_t, 100'000> left;
    for (auto& each : left) each = number;
}

TEST(PlainPng, WritesTheSameBytesWhateverStoodInMemory) {
    const auto image = scribble(280, 280, 1, 7);
    fill_stack(0);
    const auto file = encode_plain_png(image);
    for (std::uint16_t number = 1; number < 16; ++number) {
        fill_stack(number);
        EXPECT_EQ(encode_plain_png(image), file) << number;
    }
}

#if defined(__x86_64__)
/// Which parts of the registers are in use, a bit each. Not every processor tells.
__attribute__((target("xsave"))) std::uint64_t parts_in_use() {
    return _xgetbv(1);
}

/// Else SSE instructions after it are slow.
TEST(PlainPng, LeavesNoUpperHalfOfARegisterInUse) {
    constexpr std::uint32_t state = 13;  // the leaf of CPUID, with leaf 1 below it
    constexpr std::uint32_t tells_use = 1U << 2U;
    constexpr std::uint64_t upper_halves = 1U << 2U;
    std::uint32_t a = 0, b = 0, c = 0, d = 0;
    const bool tells = __builtin_cpu_supports("avx") != 0 &&
                       __get_cpuid_count(state, 1, &a, &b, &c, &d) != 0 && (a & tells_use) != 0;
    const auto file = encode_plain_png(scribble(280, 280, 1, 7));
    ASSERT_FALSE(file.empty());
    const std::uint64_t in_use = tells ? parts_in_use() : 0;
    EXPECT_EQ(in_use & upper_halves, 0U);
}
#endif

TEST(PlainPng, PassesOverAncillaryChunks) {
    Random random(3);
    Png png = random_png(random);
    const auto bare = decode_plain_png(png.file(), many_pixels);
    ASSERT_TRUE(bare);
    append(png.before_idat, png_chunk("pHYs", Bytes{0, 0, 11, 19, 0, 0, 11, 19, 1}));
    append(png.after_idat, png_chunk("tEXt", as_bytes(std::string_view("Comment\0a star", 14))));
    const auto dressed = decode_plain_png(png.file(), many_pixels);
    ASSERT_TRUE(dressed);
    EXPECT_TRUE(equal(*bare, *dressed));
}

TEST(PlainPng, LeavesOtherKindsToLibspng) {
    Random random(4);
    const auto is_declined = [&](Png png) {
        png.rows = random_rows(png, random);
        return by_libspng(png.file()) && !decode_plain_png(png.file(), many_pixels);
    };
    Png interlaced;
    interlaced.interlace = 1;
    EXPECT_TRUE(is_declined(interlaced));
    Png deep;
    deep.depth = 16;
    EXPECT_TRUE(is_declined(deep));
    Png flat;
    flat.depth = 1;
    EXPECT_TRUE(is_declined(flat));
    Png indexed;
    indexed.colour = 3;
    indexed.before_idat = palette(256);
    EXPECT_TRUE(is_declined(indexed));
    Png transparent;
    transparent.before_idat = png_chunk("tRNS", Bytes{0, 7});
    EXPECT_TRUE(is_declined(transparent));
    Png suggesting;
    suggesting.colour = 2;
    suggesting.before_idat = palette(8);
    EXPECT_TRUE(is_declined(suggesting));
}

TEST(PlainPng, TakesAsManyPixelsAsItMay) {
    Random random(5);
    Png png;
    png.width = 20;
    png.height = 10;
    png.rows = random_rows(png, random);
    EXPECT_TRUE(decode_plain_png(png.file(), 200));
    EXPECT_FALSE(decode_plain_png(png.file(), 199));
}

TEST(PlainPng, DeclinesSidesThatCannotBe) {
    for (const std::uint32_t side : {0U, 0x80000000U, 0xffffffffU}) {
        Png png;
        png.rows = Bytes(17 * 16);
        png.width = side;
        EXPECT_FALSE(decode_plain_png(png.file(), many_pixels)) << side;
        png.width = 16;
        png.height = side;
        EXPECT_FALSE(decode_plain_png(png.file(), many_pixels)) << side;
    }
}

TEST(PlainPng, DeclinesWhatIsNotSound) {
    Random random(6);
    Png png;
    png.rows = random_rows(png, random);
    const auto stream = zlib_compressed(png.rows);
    ASSERT_TRUE(decode_plain_png(png.file(), many_pixels));

    auto wrong_sum = stream;
    wrong_sum.back() ^= 1U;
    EXPECT_FALSE(decode_plain_png(png.file_with(wrong_sum), many_pixels));

    EXPECT_FALSE(decode_plain_png(png.file_with({}), many_pixels)) << "no pixels";

    Png filter = png;
    filter.rows[0] = 5;
    EXPECT_FALSE(decode_plain_png(filter.file(), many_pixels)) << "no such filter";

    Png few = png;
    few.rows.pop_back();
    EXPECT_FALSE(decode_plain_png(few.file(), many_pixels)) << "a byte too few";

    Png many = png;
    many.rows.push_back(0);
    EXPECT_FALSE(decode_plain_png(many.file(), many_pixels)) << "a byte too many";

    Png split = png;
    split.idat_size = 10;
    split.between = png_chunk("tIME", Bytes{7, 234, 1, 1, 0, 0, 0});
    EXPECT_FALSE(decode_plain_png(split.file(), many_pixels)) << "pixels not together";

    Png unknown = png;
    unknown.before_idat = png_chunk("NEED", {});
    EXPECT_FALSE(decode_plain_png(unknown.file(), many_pixels)) << "a critical chunk not known";

    Png text = png;
    text.after_idat = png_chunk("tEXt", as_bytes("Comment"));
    text.after_idat.back() ^= 1U;
    EXPECT_FALSE(decode_plain_png(text.file(), many_pixels)) << "a chunk's sum";
}

TEST(PlainPng, DeclinesEveryPrefix) {
    Random random(7);
    Png png = random_png(random, 40);
    png.after_idat = png_chunk("tEXt", as_bytes("Comment"));
    const auto file = png.file();
    for (std::size_t size = 0; size < file.size(); ++size) {
        const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
        ASSERT_FALSE(decode_plain_png(cut, many_pixels)) << size;
    }
}

TEST(PlainPng, NeverReadsAFlippedBitOtherwiseThanLibspng) {
    Random random(8);
    const auto file = random_png(random, 30).file();
    for (std::size_t bit = 0; bit < file.size() * 8; ++bit) {
        auto flipped = file;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        ASSERT_TRUE(agree(flipped)) << bit;
    }
}

/// Writes the sum of what a damaged stream still inflates to, if it does to as many bytes.
void mend_sum(Bytes& stream, std::size_t inflated_size) {
    const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> engine(
        libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
    Bytes rows(inflated_size);
    std::size_t used = 0;
    if (stream.size() < 6 || libdeflate_deflate_decompress_ex(
                                 engine.get(), stream.data() + 2, stream.size() - 6, rows.data(),
                                 rows.size(), &used, nullptr) != LIBDEFLATE_SUCCESS)
        return;
    stream.resize(2 + used);
    append_big_endian(stream, libdeflate_adler32(1, rows.data(), rows.size()));
}

/// With all sums put right, so that the damage reaches the inflater and the filters.
TEST(PlainPng, NeverReadsADamagedStreamOtherwiseThanLibspng) {
    Random random(9);
    int read = 0;
    for (int i = 0; i < 3000; ++i) {
        const Png png = random_png(random, 30);
        auto stream = zlib_compressed(png.rows, png.level);
        for (std::uint32_t flips = 1 + below(random, 3); flips > 0; --flips)
            stream[below(random, static_cast<std::uint32_t>(stream.size()))] ^=
                static_cast<std::uint8_t>(1U << below(random, 8));
        mend_sum(stream, png.rows.size());
        const auto file = png.file_with(stream);
        ASSERT_TRUE(agree(file)) << i;
        read += decode_plain_png(file, many_pixels) ? 1 : 0;
    }
    EXPECT_GT(read, 100) << "the damage must reach the pixels in some";
}

}  // namespace
}  // namespace croquis::drawing
