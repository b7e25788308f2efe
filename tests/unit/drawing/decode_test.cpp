#include "drawing/decode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "drawing/exif.h"
#include "drawing/png_chunks.h"
#include "unit/drawing/exif_data.h"
#include "unit/drawing/pictures.h"
#include "unit/drawing/webp_chunks.h"

namespace croquis::drawing {
namespace {

using namespace testing_support;

DecodeLimits any_size() {
    DecodeLimits limits;
    limits.min_side = 1;
    return limits;
}

ErrorKind error_of(BytesView file, const DecodeLimits& limits = {}) {
    const auto decoded = decode(file, limits);
    EXPECT_FALSE(decoded);
    if (decoded) return ErrorKind::internal;
    EXPECT_EQ(decoded.error().field, "image");
    EXPECT_FALSE(decoded.error().detail.empty());
    return decoded.error().kind;
}

/// A blank PNG of which only the header says how large it is.
Bytes png_of_size(std::uint32_t width, std::uint32_t height, std::uint8_t interlace = 0) {
    Png png;
    png.width = width;
    png.height = height;
    png.interlace = interlace;
    png.rows = Bytes(64);
    return png.file();
}

/// A JPEG whose frame header says another size than its data have.
Bytes jpeg_of_size(std::uint16_t width, std::uint16_t height) {
    auto file = jpeg(scribble(16, 16, 1, 1), TJPF_GRAY);
    constexpr std::array<std::uint8_t, 2> frame{0xff, 0xc0};
    const auto at = std::search(file.begin(), file.end(), frame.begin(), frame.end());
    const auto put = [&](std::ptrdiff_t offset, std::uint16_t value) {
        at[offset] = static_cast<std::uint8_t>(value >> 8U);
        at[offset + 1] = static_cast<std::uint8_t>(value);
    };
    put(5, height);
    put(7, width);
    return file;
}

/// A lossless WebP whose header says 16384 x 16384, in two times fourteen bits after its first
/// byte.
Bytes webp_of_greatest_size() {
    auto file = webp(scribble(16, 16, 3, 1));
    constexpr std::size_t sides_at = 21;
    for (std::size_t i = 0; i < 3; ++i) file[sides_at + i] = 0xff;
    file[sides_at + 3] |= 0x0f;
    return file;
}

bool same_rows(const Image& a, const Image& b, int rows) {
    const auto end = static_cast<std::ptrdiff_t>(a.width) * a.channels * rows;
    return a.width == b.width && a.height == b.height && a.channels == b.channels &&
           std::equal(a.pixels.begin(), a.pixels.begin() + end, b.pixels.begin());
}

/// A JPEG and a WebP may lack a few rows at the end, a progressive JPEG its last corrections.
bool is_nearly(const Image& a, const Image& b, int rows) {
    if (a.width != b.width || a.height != b.height || a.channels != b.channels) return false;
    const auto size = static_cast<std::size_t>(a.width * a.channels * rows);
    std::size_t apart = 0;
    for (std::size_t i = 0; i < size; ++i)
        apart += static_cast<std::size_t>(std::abs(int{a.pixels[i]} - int{b.pixels[i]}));
    return apart <= 8 * size;
}

TEST(Sniff, GoesByTheFirstBytes) {
    EXPECT_EQ(*sniff(png_of_size(8, 8)), MediaType::png);
    EXPECT_EQ(*sniff(jpeg_of_size(8, 8)), MediaType::jpeg);
    EXPECT_EQ(*sniff(webp(scribble(8, 8, 3, 1))), MediaType::webp);
    for (const auto* other : {"", "\x89PN", "GIF89a", "BM", "<svg/>", "RIFF\1\1\1\1WAVE", "II*"}) {
        const auto type = sniff(as_bytes(other));
        ASSERT_FALSE(type) << other;
        EXPECT_EQ(type.error().kind, ErrorKind::unsupported_media) << other;
        EXPECT_EQ(error_of(as_bytes(other)), ErrorKind::unsupported_media) << other;
    }
}

TEST(Decode, GivesBackWhatEncodePngWrote) {
    for (const int channels : {1, 2, 3, 4}) {
        const Image image = scribble(37, 21, channels, 1);
        const auto file = encode_png(image);
        ASSERT_TRUE(file);
        const auto back = decode(*file);
        ASSERT_TRUE(back) << back.error().detail;
        EXPECT_EQ(back->type, MediaType::png);
        EXPECT_EQ(back->image.width, 37);
        EXPECT_EQ(back->image.height, 21);
        EXPECT_EQ(back->image.channels, channels);
        EXPECT_EQ(back->image.pixels, image.pixels);
    }
}

struct PngKind {
    std::uint8_t colour;
    std::uint8_t depth;
    bool transparency;
    int channels;  ///< of what is made of it
};

class PngKinds : public testing::TestWithParam<PngKind> {};

TEST_P(PngKinds, AreReadInterlacedOrNot) {
    const auto kind = GetParam();
    Random random(kind.colour * 100U + kind.depth);
    for (const std::uint8_t interlace : {0, 1})
        for (const std::uint32_t side : {1U, 2U, 5U, 8U, 33U}) {
            Png png;
            png.width = side;
            png.height = side + 1;
            png.colour = kind.colour;
            png.depth = kind.depth;
            png.interlace = interlace;
            png.rows = random_rows(png, random);
            if (kind.colour == 3) png.before_idat = palette(std::size_t{1} << kind.depth);
            if (kind.transparency)
                append(png.before_idat,
                       png_chunk("tRNS", Bytes(kind.colour == 3 ? 1 : 2 * png.samples())));
            const auto decoded = decode(png.file(), any_size());
            ASSERT_TRUE(decoded) << decoded.error().detail;
            EXPECT_EQ(decoded->image.channels, kind.channels);
            EXPECT_EQ(decoded->image.pixels.size(),
                      side * (side + 1) * static_cast<std::size_t>(kind.channels));
        }
}

INSTANTIATE_TEST_SUITE_P(
    OfEveryColourTypeAndDepth, PngKinds,
    testing::Values(PngKind{0, 1, false, 1}, PngKind{0, 2, false, 1}, PngKind{0, 4, false, 1},
                    PngKind{0, 8, false, 1}, PngKind{0, 16, false, 3}, PngKind{0, 1, true, 4},
                    PngKind{0, 8, true, 4}, PngKind{0, 16, true, 4}, PngKind{2, 8, false, 3},
                    PngKind{2, 16, false, 3}, PngKind{2, 8, true, 4}, PngKind{2, 16, true, 4},
                    PngKind{3, 1, false, 3}, PngKind{3, 2, false, 3}, PngKind{3, 4, false, 3},
                    PngKind{3, 8, false, 3}, PngKind{3, 8, true, 4}, PngKind{4, 8, false, 2},
                    PngKind{4, 16, false, 4}, PngKind{6, 8, false, 4}, PngKind{6, 16, false, 4}),
    [](const auto& kind) {
        return "Colour" + std::to_string(kind.param.colour) + "Depth" +
               std::to_string(kind.param.depth) + (kind.param.transparency ? "WithTrns" : "");
    });

TEST(DecodePng, GivesThePalettesColoursAndTheirTransparency) {
    Png png;
    png.width = 2;
    png.height = 1;
    png.colour = 3;
    png.rows = {0, 0, 1};
    png.before_idat = png_chunk("PLTE", Bytes{255, 0, 0, 0, 128, 255});
    const auto opaque = decode(png.file(), any_size());
    ASSERT_TRUE(opaque);
    EXPECT_EQ(opaque->image.pixels, (Bytes{255, 0, 0, 0, 128, 255}));
    append(png.before_idat, png_chunk("tRNS", Bytes{7}));
    const auto transparent = decode(png.file(), any_size());
    ASSERT_TRUE(transparent);
    EXPECT_EQ(transparent->image.pixels, (Bytes{255, 0, 0, 7, 0, 128, 255, 255}));
}

TEST(DecodePng, TakesAnIndexOutsideThePaletteForBlack) {
    Png png;
    png.colour = 3;
    png.rows = Bytes(17 * 16, 1);
    for (std::size_t y = 0; y < 16; ++y) png.rows[y * 17] = 0;  // no filter
    png.rows[1] = 2;
    png.before_idat = palette(2);
    const auto decoded = decode(png.file());
    ASSERT_TRUE(decoded) << decoded.error().detail;
    EXPECT_EQ(Bytes(decoded->image.pixels.begin(), decoded->image.pixels.begin() + 6),
              (Bytes{0, 0, 0, 255, 255, 255}));
}

TEST(DecodePng, RefusesHeadersThatCannotBe) {
    const auto with = [](auto change) {
        Png png;
        png.rows = Bytes(17 * 16);
        change(png);
        return png.file();
    };
    EXPECT_EQ(error_of(with([](Png& p) { p.width = 0; })), ErrorKind::malformed);
    EXPECT_EQ(error_of(with([](Png& p) { p.height = 0xffffffff; })), ErrorKind::malformed);
    EXPECT_EQ(error_of(with([](Png& p) { p.depth = 3; })), ErrorKind::malformed);
    EXPECT_EQ(error_of(with([](Png& p) { p.colour = 2, p.depth = 4; })), ErrorKind::malformed);
    EXPECT_EQ(error_of(with([](Png& p) { p.interlace = 2; })), ErrorKind::malformed);
    EXPECT_EQ(error_of(with([](Png& p) { p.colour = 3; })), ErrorKind::malformed) << "no palette";
}

/// A few hundred kilobytes of file that inflate to a hundred megabytes.
TEST(DecodePng, InflatesNoMoreThanTheHeaderPromises) {
    Png png;
    png.rows = Bytes(100'000'000);
    const auto bomb = png.file();
    ASSERT_LT(bomb.size(), DecodeLimits{}.max_bytes);
    const auto decoded = decode(bomb);
    EXPECT_TRUE(decoded ? decoded->image.pixels.size() == 256U
                        : decoded.error().kind == ErrorKind::malformed);
}

/// 2 GB, which must not be made room for.
TEST(DecodePng, RefusesAChunkThatSaysItIsLongerThanTheFile) {
    Png png;
    png.interlace = 1;
    png.before_idat = {0x7f, 0xff, 0xff, 0xff, 't', 'R', 'N', 'S', 0, 0, 0, 0};
    png.rows = Bytes(17 * 16);
    EXPECT_EQ(error_of(png.file()), ErrorKind::malformed);
}

/// Both readers: the plain one's files and the others.
class PngExtras : public testing::TestWithParam<std::uint8_t> {
  protected:
    static Bytes picture_with(BytesView chunks) {
        Png png;
        png.height = 24;
        png.interlace = GetParam();
        for (const auto size : png.row_sizes()) png.rows.resize(png.rows.size() + 1 + size);
        append(png.before_idat, chunks);
        return png.file();
    }
    static Bytes named(std::string_view name, BytesView data) {
        Bytes content;
        append(content, name);
        append(content, data);
        return content;
    }
};

TEST_P(PngExtras, MayBeLargeOrMany) {
    const auto text = png_chunk("tEXt", named({"Comment\0", 8}, Bytes(300'000, 'a')));
    Bytes all;
    for (int i = 0; i < 5; ++i) append(all, text);
    EXPECT_TRUE(decode(picture_with(all)));
}

TEST_P(PngExtras, MayBeWrong) {
    for (const auto& chunk :
         {png_chunk("gAMA", {}), png_chunk("iCCP", as_bytes("?")), png_chunk("eXIf", Bytes(9))})
        EXPECT_TRUE(decode(picture_with(chunk)));
    auto text = png_chunk("tEXt", as_bytes("Comment"));
    text.back() ^= 1U;
    EXPECT_TRUE(decode(picture_with(text))) << "its sum";
}

TEST_P(PngExtras, AreNotInflated) {
    const auto bomb = zlib_compressed(Bytes(100'000'000));
    EXPECT_TRUE(decode(picture_with(png_chunk("zTXt", named({"Comment\0\0", 9}, bomb)))));
    EXPECT_TRUE(decode(picture_with(png_chunk("iCCP", named({"p\0\0", 3}, bomb)))));
}

TEST_P(PngExtras, ThatAPictureCannotDoWithoutAreMissed) {
    EXPECT_EQ(error_of(picture_with(png_chunk("NEED", {}))), ErrorKind::malformed);
}

TEST_P(PngExtras, AfterThePictureOrInsteadOfItsEndAreMissed) {
    const auto whole = picture_with({});
    const auto decoded = decode(whole);
    ASSERT_TRUE(decoded);
    const auto check = [&](const Bytes& file) {
        const auto read = decode(file);
        ASSERT_TRUE(read) << read.error().detail;
        EXPECT_EQ(read->image.pixels, decoded->image.pixels);
        EXPECT_FALSE(read->bare);
    };
    for (std::size_t cut = 1; cut <= png_end.size(); ++cut)
        check(Bytes(whole.begin(), whole.end() - static_cast<std::ptrdiff_t>(cut)));
    for (const auto* garbage : {"\n", "<html>404</html>", "\x89PNG\r\n\x1a\n"}) {
        auto file = whole;
        append(file, std::string_view(garbage));
        check(file);
    }
    auto stray = Bytes(whole.begin(), whole.end() - static_cast<std::ptrdiff_t>(png_end.size()));
    append(stray, std::string_view("????"));
    append(stray, png_end);
    check(stray);
}

TEST_P(PngExtras, TurnAPictureUpright) {
    for (const bool named : {false, true}) {
        const auto exif = exif_data(6, true);
        const auto decoded = decode(
            picture_with(png_chunk("eXIf", BytesView(exif).subspan(named ? 0 : std::size_t{6}))));
        ASSERT_TRUE(decoded);
        EXPECT_EQ(decoded->image.width, 24);
        EXPECT_EQ(decoded->image.height, 16);
    }
}

INSTANTIATE_TEST_SUITE_P(OfBothReaders, PngExtras, testing::Values(0, 1),
                         [](const auto& kind) { return kind.param == 0 ? "Plain" : "Interlaced"; });

TEST(DecodeJpeg, ReadsGreyAndColourBaselineAndProgressive) {
    for (const int flags : {0, TJFLAG_PROGRESSIVE})
        for (const int channels : {1, 3}) {
            const Image flat{24, 16, channels,
                             Bytes(std::size_t{24} * 16 * static_cast<std::size_t>(channels), 77)};
            const auto decoded = decode(jpeg(flat, channels == 1 ? TJPF_GRAY : TJPF_RGB, flags));
            ASSERT_TRUE(decoded) << decoded.error().detail;
            EXPECT_EQ(decoded->type, MediaType::jpeg);
            EXPECT_EQ(decoded->image.width, 24);
            EXPECT_EQ(decoded->image.height, 16);
            EXPECT_EQ(decoded->image.channels, channels);
            EXPECT_EQ(decoded->image.pixels, flat.pixels);
        }
}

TEST(DecodeJpeg, RefusesPrintingColours) {
    EXPECT_EQ(error_of(jpeg(scribble(16, 16, 4, 1), TJPF_CMYK)), ErrorKind::unsupported_media);
}

TEST(DecodeJpeg, TurnsAPhotographUpright) {
    const auto lying = jpeg(scribble(40, 16, 3, 1), TJPF_RGB);
    const auto as_stored = decode(lying);
    ASSERT_TRUE(as_stored);
    const auto turned = decode(with_exif(lying, exif_data(6, true)));
    ASSERT_TRUE(turned);
    EXPECT_EQ(turned->image.width, 16);
    EXPECT_EQ(turned->image.height, 40);
    const auto pixel = [](const Image& image, int x, int y) {
        const auto* at = image.pixels.data() + (y * image.width + x) * 3;
        return std::array{at[0], at[1], at[2]};
    };
    // A clockwise quarter turn: the file's lower left corner is seen at the upper left.
    EXPECT_EQ(pixel(turned->image, 0, 0), pixel(as_stored->image, 0, 15));
    EXPECT_EQ(pixel(turned->image, 15, 0), pixel(as_stored->image, 0, 0));
    EXPECT_EQ(pixel(turned->image, 15, 39), pixel(as_stored->image, 39, 0));
}

/// A segment that ends where the next marker begins.
std::size_t entropy_data_at(BytesView file) {
    for (std::size_t at = 2; at + 3 < file.size();) {
        const std::size_t length = std::size_t{file[at + 2]} << 8U | file[at + 3];
        if (file[at + 1] == 0xda) return at + 2 + length;
        at += 2 + length;
    }
    return 0;
}

Bytes with_bytes(const Bytes& file, std::size_t at, std::string_view more) {
    Bytes longer = file;
    longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(at), more.begin(), more.end());
    return longer;
}

/// What every browser shows.
TEST(DecodeJpeg, ReadsStrayBytesAndAMissingEnd) {
    using namespace std::string_view_literals;
    for (const int flags : {0, TJFLAG_PROGRESSIVE})
        for (const int side : {8, 16, 64}) {
            const auto file = jpeg(scribble(side, side, 3, 1), TJPF_RGB, flags);
            const auto whole = decode(file);
            ASSERT_TRUE(whole);
            const auto check = [&](const Bytes& changed, const char* how) {
                const auto read = decode(changed);
                ASSERT_TRUE(read) << how << ", " << side;
                EXPECT_EQ(read->image.pixels, whole->image.pixels) << how << ", " << side;
            };
            check(Bytes(file.begin(), file.end() - 2), "no end marker");
            check(Bytes(file.begin(), file.end() - 1), "half an end marker");
            check(with_bytes(file, file.size() - 2, "\0\0\0\0"sv), "zeros before the end");
            check(with_bytes(file, file.size() - 2, "stray"), "stray bytes before the end");
            check(with_bytes(file, file.size(), "after the end\r\n"), "bytes after the end");
            check(with_bytes(file, 20, "\0\0"sv), "stray bytes between segments");
            check(with_bytes(file, 2, "\xff\xff"sv), "fill bytes");
        }
}

TEST(DecodeJpeg, ReadsDamageInTheLastRowOfBlocks) {
    const auto file = jpeg(scribble(64, 64, 3, 1), TJPF_RGB);
    const auto whole = decode(file);
    for (const std::ptrdiff_t cut : {3, 10, 40}) {
        const auto read = decode(Bytes(file.begin(), file.end() - cut));
        ASSERT_TRUE(read) << cut;
        EXPECT_TRUE(same_rows(read->image, whole->image, 56)) << cut;
    }
}

TEST(DecodeJpeg, RefusesDamageAboveIt) {
    const auto file = jpeg(scribble(64, 64, 3, 1), TJPF_RGB);
    const std::size_t begin = entropy_data_at(file);
    const std::size_t size = file.size() - begin;
    ASSERT_GT(begin, 0U);
    for (const std::size_t eighths : {0U, 1U, 4U, 6U}) {
        const auto at = static_cast<std::ptrdiff_t>(begin + size * eighths / 8);
        Bytes cut(file.begin(), file.begin() + at);
        EXPECT_EQ(error_of(cut), ErrorKind::malformed) << eighths;
        append(cut, Bytes{0xff, 0xd9});
        EXPECT_EQ(error_of(cut), ErrorKind::malformed) << eighths;
    }
    // Of one row of blocks, nothing may be missing.
    const auto small = jpeg(scribble(16, 8, 3, 1), TJPF_RGB);
    EXPECT_EQ(error_of(Bytes(small.begin(), small.end() - 20)), ErrorKind::malformed);
}

TEST(DecodeJpeg, RefusesAProgressiveFileWithoutItsLastScans) {
    const auto file = jpeg(scribble(64, 64, 3, 1), TJPF_RGB, TJFLAG_PROGRESSIVE);
    const std::size_t first = entropy_data_at(file);
    EXPECT_EQ(error_of(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(first))),
              ErrorKind::malformed);
    EXPECT_EQ(error_of(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(
                                                              (file.size() + first) / 2))),
              ErrorKind::malformed);
}

TEST(DecodeWebp, ReadsStrayBytesAfterItAndAMissingEnd) {
    for (const float quality : {-1.0F, 80.0F}) {
        const auto file = webp(scribble(64, 96, 3, 1), quality);
        const auto whole = decode(file);
        ASSERT_TRUE(whole);
        auto longer = file;
        append(longer, std::string_view("after the end"));
        const auto read = decode(longer);
        ASSERT_TRUE(read);
        EXPECT_EQ(read->image.pixels, whole->image.pixels);
        const auto cut = decode(Bytes(file.begin(), file.end() - 20));
        ASSERT_TRUE(cut) << quality;
        EXPECT_TRUE(same_rows(cut->image, whole->image, 64)) << quality;
        EXPECT_EQ(error_of(Bytes(file.begin(),
                                 file.begin() + static_cast<std::ptrdiff_t>(file.size() / 2))),
                  ErrorKind::malformed)
            << quality;
    }
}

TEST(DecodeWebp, TurnsAPhotographUpright) {
    const auto still = webp(scribble(40, 16, 3, 1));
    Bytes body(still.begin() + 12, still.end());
    const auto exif = exif_data(8, true);
    append(body, riff_chunk("EXIF", BytesView(exif).subspan(6)));
    const auto turned = decode(extended_webp(exif_flag, 40, 16, body));
    ASSERT_TRUE(turned) << turned.error().detail;
    EXPECT_EQ(turned->image.pixels, upright(decode(still)->image, 8).pixels);
    EXPECT_EQ(turned->image.width, 16);
}

TEST(DecodeWebp, ReadsExactLossyAndTransparent) {
    for (const int channels : {3, 4}) {
        Image image = scribble(24, 16, channels, 1);
        if (channels == 4)
            for (std::size_t i = 3; i < image.pixels.size(); i += 4) image.pixels[i] |= 1U;
        const auto exact = decode(webp(image));
        ASSERT_TRUE(exact) << exact.error().detail;
        EXPECT_EQ(exact->type, MediaType::webp);
        EXPECT_EQ(exact->image.channels, channels);
        EXPECT_EQ(exact->image.pixels, image.pixels);
        const auto lossy = decode(webp(image, 80));
        ASSERT_TRUE(lossy) << lossy.error().detail;
        EXPECT_EQ(lossy->image.width, 24);
        EXPECT_EQ(lossy->image.height, 16);
        EXPECT_EQ(lossy->image.channels, channels);
    }
}

TEST(DecodeWebp, RefusesAnimations) {
    const auto still = webp(scribble(16, 16, 3, 1));
    Bytes frame;
    for (const std::uint32_t value : {0U, 0U, 15U, 15U, 100U}) append_24(frame, value);
    frame.push_back(0);
    append(frame, BytesView(still).subspan(12));
    Bytes body;
    append(body, riff_chunk("ANIM", Bytes{255, 255, 255, 255, 0, 0}));
    append(body, riff_chunk("ANMF", frame));
    EXPECT_EQ(error_of(extended_webp(animation_flag, 16, 16, body)), ErrorKind::unsupported_media);
}

TEST(DecodeWebp, RefusesACanvasOfAnotherSizeThanThePicture) {
    const auto still = webp(scribble(16, 16, 3, 1));
    const auto body = BytesView(still).subspan(12);
    EXPECT_TRUE(decode(extended_webp(0, 16, 16, body)));
    EXPECT_EQ(error_of(extended_webp(0, 17, 16, body)), ErrorKind::malformed);
}

TEST(DecodeLimits, OnTheFilesBytesHoldsAtItsEdge) {
    const auto file = encode_png(scribble(16, 16, 1, 1)).value();
    DecodeLimits limits;
    limits.max_bytes = file.size();
    EXPECT_TRUE(decode(file, limits));
    --limits.max_bytes;
    EXPECT_EQ(error_of(file, limits), ErrorKind::too_large);
}

/// Each format at its own decoder's check.
TEST(DecodeLimits, OnSidesAndPixelsHoldAtTheirEdges) {
    const std::pair<const char*, Bytes> files[] = {
        {"plain PNG", encode_png(scribble(24, 16, 1, 1)).value()},
        {"palette PNG",
         [] {
             Png png;
             png.width = 24;
             png.colour = 3;
             png.rows = Bytes(25 * 16);
             png.before_idat = palette(2);
             return png.file();
         }()},
        {"JPEG", jpeg(scribble(24, 16, 3, 1), TJPF_RGB)},
        {"WebP", webp(scribble(24, 16, 3, 1))}};
    for (const auto& [name, file] : files) {
        EXPECT_TRUE(decode(file, {.min_side = 16, .max_side = 24, .max_pixels = 384})) << name;
        EXPECT_EQ(error_of(file, {.min_side = 17}), ErrorKind::invalid) << name;
        EXPECT_EQ(error_of(file, {.max_side = 23}), ErrorKind::too_large) << name;
        EXPECT_EQ(error_of(file, {.max_pixels = 383}), ErrorKind::too_large) << name;
    }
}

TEST(DecodeLimits, OfTheServiceHoldAtTheirEdges) {
    const auto blank = [](int width, int height) {
        return encode_png(
                   {width, height, 1,
                    Bytes(static_cast<std::size_t>(width) * static_cast<std::size_t>(height))})
            .value();
    };
    EXPECT_TRUE(decode(blank(8, 8)));
    EXPECT_EQ(error_of(blank(7, 8)), ErrorKind::invalid);
    EXPECT_EQ(error_of(blank(1, 1)), ErrorKind::invalid);
    EXPECT_TRUE(decode(blank(4096, 8)));
    EXPECT_EQ(error_of(blank(8, 4097)), ErrorKind::too_large);
    EXPECT_TRUE(decode(blank(4000, 2000)));
    EXPECT_EQ(error_of(blank(4000, 2001)), ErrorKind::too_large);
}

/// Nothing of the size that a header claims is allocated: the address sanitizer's limit aside,
/// these files are a few hundred bytes.
TEST(DecodeLimits, AreCheckedBeforeThePixels) {
    EXPECT_EQ(error_of(png_of_size(20'000, 20'000)), ErrorKind::too_large);
    EXPECT_EQ(error_of(png_of_size(20'000, 20'000, 1)), ErrorKind::too_large);
    EXPECT_EQ(error_of(png_of_size(0x7fffffff, 0x7fffffff)), ErrorKind::too_large);
    EXPECT_EQ(error_of(jpeg_of_size(20'000, 20'000)), ErrorKind::too_large);
    EXPECT_EQ(error_of(jpeg_of_size(65'500, 65'500)), ErrorKind::too_large);
    EXPECT_EQ(error_of(webp_of_greatest_size()), ErrorKind::too_large);
}

TEST(Decode, ReadsOnePixelWhereThatIsAllowed) {
    for (const auto& file : {encode_png(scribble(1, 1, 3, 1)).value(),
                             jpeg(scribble(1, 1, 3, 1), TJPF_RGB), webp(scribble(1, 1, 3, 1))}) {
        const auto decoded = decode(file, any_size());
        ASSERT_TRUE(decoded) << decoded.error().detail;
        EXPECT_EQ(decoded->image.pixels.size(), 3U);
    }
}

/// From the format's first bytes to the end of its pixels.
TEST(Decode, RefusesEveryPrefixThatLacksPixels) {
    Png indexed;
    indexed.colour = 3;
    indexed.before_idat = palette(256);
    Random random(1);
    indexed.rows = random_rows(indexed, random);
    const Bytes files[] = {encode_png(scribble(16, 16, 1, 1)).value(),
                           encode_png(scribble(16, 16, 4, 1)).value(),
                           indexed.file(),
                           jpeg(scribble(16, 16, 3, 1), TJPF_RGB),
                           jpeg(scribble(16, 16, 3, 1), TJPF_RGB, TJFLAG_PROGRESSIVE),
                           webp(scribble(16, 16, 3, 1)),
                           webp(scribble(16, 16, 4, 1), 80)};
    for (const auto& file : files) {
        const auto whole = decode(file);
        const bool is_png = *sniff(file) == MediaType::png;
        for (std::size_t size = 0; size < file.size(); ++size) {
            const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
            const auto decoded = decode(cut);
            if (decoded) {
                ASSERT_TRUE(is_nearly(decoded->image, whole->image, is_png ? 16 : 8))
                    << size << " of " << file.size();
                continue;
            }
            const auto kind = decoded.error().kind;
            ASSERT_TRUE(kind == ErrorKind::malformed ||
                        (size < 12 && kind == ErrorKind::unsupported_media))
                << size << " of " << file.size();
        }
    }
}

}  // namespace
}  // namespace croquis::drawing
