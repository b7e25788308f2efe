/// Damages good input at random, from fixed seeds: nothing may crash, whatever is accepted must
/// keep its promises, and what is not must say so in a way that the API can pass on.

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>

#include "drawing/decode.h"
#include "drawing/normalise.h"
#include "drawing/strokes.h"
#include "unit/drawing/exif_data.h"
#include "unit/drawing/pictures.h"

namespace croquis::drawing {
namespace {

using namespace testing_support;

std::size_t place(Random& random, std::size_t size) {
    return below(random, static_cast<std::uint32_t>(std::max<std::size_t>(1, size)));
}

/// One to four changes: a bit, a byte, a number at its ends, a part cut out or repeated, an end cut
/// off.
void damage(Bytes& file, Random& random) {
    for (std::uint32_t left = 1 + below(random, 4); left > 0 && !file.empty(); --left) {
        const std::size_t at = place(random, file.size());
        const auto from = file.begin() + static_cast<std::ptrdiff_t>(at);
        const auto to = from + static_cast<std::ptrdiff_t>(
                                   place(random, std::min<std::size_t>(file.size() - at, 64)));
        switch (below(random, 6)) {
            case 0:
                *from ^= static_cast<std::uint8_t>(1U << below(random, 8));
                break;
            case 1:
                *from = static_cast<std::uint8_t>(random());
                break;
            case 2:
                std::fill(from, to, below(random, 2) == 0 ? std::uint8_t{0} : std::uint8_t{255});
                break;
            case 3:
                file.erase(from, to);
                break;
            case 4: {
                const Bytes part(from, to);
                file.insert(file.begin() + static_cast<std::ptrdiff_t>(at), part.begin(),
                            part.end());
                break;
            }
            default:
                if (below(random, 4) == 0) file.resize(at);
        }
    }
}

/// Puts the sums of a PNG's chunks right again, as far as its lengths make sense.
void mend_png(Bytes& file) {
    for (std::size_t at = 8; at + 12 <= file.size();) {
        const std::size_t length = std::size_t{file[at]} << 24U | std::size_t{file[at + 1]} << 16U |
                                   std::size_t{file[at + 2]} << 8U | file[at + 3];
        if (length > file.size() - at - 12) return;
        Bytes sum;
        append_big_endian(sum, libdeflate_crc32(0, file.data() + at + 4, length + 4));
        std::copy(sum.begin(), sum.end(),
                  file.begin() + static_cast<std::ptrdiff_t>(at + 8 + length));
        at += 12 + length;
    }
}

/// Small limits, so that a header which was damaged to say thousands of pixels costs little.
const DecodeLimits small{
    .max_bytes = 64 * 1024, .min_side = 1, .max_side = 256, .max_pixels = 40'000};

void check(BytesView file, std::set<ErrorKind>& seen, int& read) {
    static const std::set<ErrorKind> possible{ErrorKind::invalid, ErrorKind::malformed,
                                              ErrorKind::too_large, ErrorKind::unsupported_media};
    const auto decoded = decode(file, small);
    if (!decoded) {
        ASSERT_TRUE(possible.contains(decoded.error().kind)) << decoded.error().detail;
        seen.insert(decoded.error().kind);
        return;
    }
    ++read;
    const Image& image = decoded->image;
    ASSERT_TRUE(image.width >= 1 && image.width <= small.max_side);
    ASSERT_TRUE(image.height >= 1 && image.height <= small.max_side);
    ASSERT_TRUE(image.channels >= 1 && image.channels <= 4);
    ASSERT_EQ(image.pixels.size(), static_cast<std::size_t>(image.width * image.height) *
                                       static_cast<std::size_t>(image.channels));
    const auto input = normalise(image);
    ASSERT_TRUE(input || input.error().kind == ErrorKind::invalid) << input.error().detail;
}

void damage_and_check(const Bytes& good, bool is_png, std::uint32_t seed, int rounds) {
    Random random(seed);
    std::set<ErrorKind> seen;
    int read = 0;
    ASSERT_TRUE(decode(good, small));
    for (int i = 0; i < rounds; ++i) {
        SCOPED_TRACE(i);
        auto file = good;
        damage(file, random);
        if (is_png && below(random, 4) != 0) mend_png(file);
        ASSERT_NO_FATAL_FAILURE(check(file, seen, read));
    }
    EXPECT_TRUE(seen.contains(ErrorKind::malformed));
    EXPECT_GT(read, 0) << "some damage must reach the pixels";
}

TEST(Mutation, OfPlainPngs) {
    for (const int channels : {1, 2, 3, 4})
        damage_and_check(encode_png(scribble(40, 24, channels, 1)).value(), true,
                         static_cast<std::uint32_t>(channels), 400);
}

TEST(Mutation, OfOtherPngs) {
    Random random(1);
    Png indexed;
    indexed.colour = 3;
    indexed.interlace = 1;
    indexed.before_idat = palette(256);
    append(indexed.before_idat, png_chunk("tRNS", Bytes(100, 9)));
    indexed.rows = random_rows(indexed, random);
    damage_and_check(indexed.file(), true, 5, 500);
    Png deep;
    deep.depth = 16;
    deep.colour = 6;
    deep.before_idat = png_chunk("gAMA", Bytes{0, 0, 0xb1, 0x8f});
    deep.rows = random_rows(deep, random);
    damage_and_check(deep.file(), true, 6, 500);
}

TEST(Mutation, OfJpegs) {
    const auto photo = scribble(40, 24, 3, 1);
    damage_and_check(with_exif(jpeg(photo, TJPF_RGB), exif_data(6, true)), false, 7, 500);
    damage_and_check(jpeg(photo, TJPF_RGB, TJFLAG_PROGRESSIVE), false, 8, 500);
}

TEST(Mutation, OfWebps) {
    damage_and_check(webp(scribble(40, 24, 3, 1)), false, 9, 500);
    damage_and_check(webp(scribble(40, 24, 4, 1), 70), false, 10, 500);
}

std::string random_strokes(Random& random) {
    static constexpr const char* numbers[]{"0",    "-1",   "1e6",   "1000001", "-1e-300", "1e400",
                                           "12.5", "1e99", "65535", "-0",      "null",    "\"1\""};
    std::string text = "[";
    for (std::uint32_t s = below(random, 4); s > 0; --s) {
        text += "[";
        const std::uint32_t points = 1 + below(random, 3);
        const std::uint32_t axes = 2 + below(random, 2);
        for (std::uint32_t axis = 0; axis < axes; ++axis) {
            text += axis == 0 ? "[" : ",[";
            for (std::uint32_t p = 0; p < points; ++p) {
                if (p > 0) text += ",";
                text += numbers[below(random, below(random, 6) == 0 ? 12 : 3)];
            }
            text += "]";
        }
        text += s > 1 ? "]," : "]";
    }
    return text + "]";
}

TEST(Mutation, OfStrokes) {
    Random random(11);
    const StrokeLimits limits{3, 8};
    int read = 0, refused = 0;
    for (int i = 0; i < 20'000; ++i) {
        const auto text = random_strokes(random);
        Bytes bytes;
        append(bytes, text);
        if (below(random, 2) == 0) damage(bytes, random);
        const auto strokes = parse_strokes(as_text(bytes), limits);
        if (!strokes) {
            ++refused;
            const auto kind = strokes.error().kind;
            ASSERT_TRUE(kind == ErrorKind::malformed || kind == ErrorKind::invalid ||
                        kind == ErrorKind::too_large);
            ASSERT_TRUE(strokes.error().field.starts_with("strokes"));
            continue;
        }
        ++read;
        ASSERT_LE(strokes->size(), limits.max_strokes);
        std::size_t points = 0;
        for (const auto& stroke : *strokes)
            for (const auto& point : stroke) {
                ++points;
                ASSERT_LE(std::abs(point.x), 1e6F);
                ASSERT_LE(std::abs(point.y), 1e6F);
                ASSERT_TRUE(std::isfinite(point.t));
            }
        ASSERT_LE(points, limits.max_points);
        const auto picture = rasterise(*strokes, 32, {2}, 2);
        ASSERT_EQ(picture.pixels.size(), static_cast<std::size_t>(picture.width) *
                                             static_cast<std::size_t>(picture.height));
    }
    EXPECT_GT(read, 1000);
    EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace croquis::drawing
