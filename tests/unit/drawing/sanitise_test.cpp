#include "drawing/sanitise.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "drawing/decode.h"
#include "drawing/exif.h"
#include "drawing/png_chunks.h"
#include "unit/drawing/exif_data.h"
#include "unit/drawing/pictures.h"
#include "unit/drawing/webp_chunks.h"

/// Every place of a file that can hold something besides the picture holds this text, and none of
/// it may be left.
namespace croquis::drawing {
namespace {

using namespace testing_support;

constexpr std::string_view secret = "48.8584N-2.2945E-by-Marie";

bool holds_secret(BytesView file) {
    return as_text(file).find(secret) != std::string_view::npos;
}

Image decoded(BytesView file) {
    const auto read = decode(file);
    if (!read) throw std::runtime_error(read.error().detail);
    return read->image;
}

/// The most that a sample of the two differs by.
int difference(const Image& a, const Image& b) {
    if (a.pixels.size() != b.pixels.size() || a.width != b.width) return 256;
    int most = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i)
        most = std::max(most, std::abs(int{a.pixels[i]} - int{b.pixels[i]}));
    return most;
}

/// The same picture without the secret; sanitising again changes nothing.
Bytes expect_bare(const Bytes& file, bool has_secret = true) {
    EXPECT_EQ(holds_secret(file), has_secret);
    const auto bare = sanitised(file);
    EXPECT_TRUE(bare) << (bare ? "" : bare.error().detail);
    if (!bare) return {};
    EXPECT_FALSE(holds_secret(*bare));
    EXPECT_EQ(sniff(*bare).value(), sniff(file).value());
    EXPECT_TRUE(equal(decoded(*bare), decoded(file)));
    EXPECT_EQ(sanitised(*bare).value(), *bare);
    return *bare;
}

Bytes named(std::string_view name) {
    Bytes content;
    append(content, name);
    append(content, secret);
    return content;
}

/// Exif data with an orientation, a secret and a thumbnail after it.
Bytes telling_exif(std::uint16_t orientation) {
    auto data = exif_data(orientation, true);
    append(data, secret);
    append(data, jpeg(scribble(16, 16, 3, 9), TJPF_RGB));
    return data;
}

Png plain_png(std::uint8_t colour, std::uint32_t width = 40, std::uint32_t height = 24) {
    Random random(colour + 1U);
    Png png;
    png.width = width;
    png.height = height;
    png.colour = colour;
    if (colour == 3) png.before_idat = palette(256);
    png.rows = random_rows(png, random);
    return png;
}

TEST(SanitisedPng, LeavesAPagesDrawingAlone) {
    for (const int channels : {1, 2, 3, 4}) {
        const auto file = encode_png(scribble(40, 24, channels, 1)).value();
        EXPECT_TRUE(decode(file)->bare);
        EXPECT_EQ(sanitised(file).value(), file);
    }
    auto parts = plain_png(6);
    parts.idat_size = 100;
    EXPECT_TRUE(decode(parts.file())->bare);
    EXPECT_EQ(sanitised(parts.file()).value(), parts.file());
}

TEST(SanitisedPng, KeepsNoOtherChunk) {
    using namespace std::string_view_literals;
    const Bytes extras[] = {
        png_chunk("tEXt", named("Author\0"sv)),
        png_chunk("iTXt", named("XML:com.adobe.xmp\0\0\0\0\0"sv)),
        png_chunk("zTXt", named("Comment\0\0"sv)),
        png_chunk("eXIf", BytesView(telling_exif(1)).subspan(6)),
        png_chunk("iCCP", named("profile\0\0"sv)),
        png_chunk("tIME", named("")),
        png_chunk("acTL", named("")),
        png_chunk("fdAT", named("")),
        png_chunk("prVt", named("")),
        png_chunk("PLTE", named("?!"))};  // in colour, a palette is a suggestion
    for (const auto& extra : extras)
        for (const std::uint8_t colour : {2, 3, 6}) {
            if (colour == 3 && as_text(extra).substr(4, 4) == "PLTE") continue;
            auto before = plain_png(colour);
            append(before.before_idat, extra);
            EXPECT_FALSE(decode(before.file())->bare);
            EXPECT_EQ(expect_bare(before.file()), plain_png(colour).file());
            if (as_text(extra).substr(4, 4) == "PLTE") continue;
            auto after = plain_png(colour);
            append(after.after_idat, extra);
            EXPECT_FALSE(decode(after.file())->bare);
            EXPECT_EQ(expect_bare(after.file()), plain_png(colour).file());
        }
}

TEST(SanitisedPng, KeepsPaletteAndTransparency) {
    auto png = plain_png(3);
    append(png.before_idat, png_chunk("tRNS", Bytes{1, 2, 3}));
    const auto file = png.file();
    EXPECT_EQ(sanitised(file).value(), file);
    auto grey = plain_png(0);
    append(grey.before_idat, png_chunk("tRNS", Bytes{0, 7}));
    EXPECT_EQ(sanitised(grey.file()).value(), grey.file());
}

TEST(SanitisedPng, KeepsNothingAfterTheEndAndMakesAnEnd) {
    const auto file = plain_png(6).file();
    auto longer = file;
    append(longer, secret);
    EXPECT_FALSE(decode(longer)->bare);
    EXPECT_EQ(expect_bare(longer), file);
    const Bytes endless(file.begin(), file.end() - static_cast<std::ptrdiff_t>(png_end.size()));
    EXPECT_EQ(expect_bare(endless, false), file);
    auto end = plain_png(6);
    end.after_idat = png_chunk("IEND", named(""));
    EXPECT_EQ(expect_bare(end.file()), file);
}

TEST(SanitisedPng, KeepsNothingBehindThePixelsInTheirOwnStream) {
    for (const std::uint8_t interlace : {0, 1})
        for (const std::size_t step : {std::size_t{0}, std::size_t{64}}) {
            auto png = plain_png(2);
            png.interlace = interlace;
            png.idat_size = step;
            Random random(1);
            png.rows = random_rows(png, random);
            auto stream = zlib_compressed(png.rows);
            append(stream, secret);
            EXPECT_FALSE(decode(png.file_with(stream))->bare);
            expect_bare(png.file_with(stream), holds_secret(png.file_with(stream)));
            // Rows below the last one, uncompressed.
            auto more = png;
            append(more.rows, secret);
            more.level = 0;
            if (decode(more.file())) expect_bare(more.file(), holds_secret(more.file()));
        }
}

TEST(SanitisedPng, TurnsUpright) {
    for (const std::uint8_t colour : {0, 2, 3, 6})
        for (std::uint16_t orientation = 2; orientation <= 8; ++orientation) {
            auto png = plain_png(colour);
            append(png.before_idat,
                   png_chunk("eXIf", BytesView(telling_exif(orientation)).subspan(6)));
            const auto bare = expect_bare(png.file());
            EXPECT_EQ(png_orientation(bare), 1);
            EXPECT_TRUE(decode(bare)->bare);
            EXPECT_TRUE(
                equal(decoded(bare), upright(decoded(plain_png(colour).file()), orientation)))
                << orientation;
        }
}

Bytes with_segment(const Bytes& file, std::uint8_t kind, BytesView data) {
    auto longer = with_exif(file, data);
    longer[3] = kind;
    return longer;
}

TEST(SanitisedJpeg, KeepsNoOtherSegmentAndNothingAfterTheEnd) {
    using namespace std::string_view_literals;
    for (const int flags : {0, TJFLAG_PROGRESSIVE})
        for (const int channels : {1, 3}) {
            const auto photo =
                jpeg(scribble(41, 23, channels, 1), channels == 1 ? TJPF_GRAY : TJPF_RGB, flags);
            const auto alone = expect_bare(photo, false);
            const auto expect_same = [&](const Bytes& file) {
                EXPECT_EQ(expect_bare(file), alone);
            };
            expect_same(with_exif(photo, telling_exif(1)));
            expect_same(with_exif(photo, named("http://ns.adobe.com/xap/1.0/\0"sv)));
            expect_same(with_segment(photo, 0xe0, named("JFXX\0"sv)));
            expect_same(with_segment(photo, 0xe2, named("ICC_PROFILE\0\1\1"sv)));
            expect_same(with_segment(photo, 0xe2, named("MPF\0"sv)));
            expect_same(with_segment(photo, 0xed, named("Photoshop 3.0\0"sv)));
            expect_same(with_segment(photo, 0xef, named("")));
            expect_same(with_segment(photo, 0xfe, named("")));
            auto longer = photo;
            append(longer, secret);
            append(longer, with_exif(photo, telling_exif(1)));
            expect_same(longer);
            auto before_end = Bytes(photo.begin(), photo.end() - 2);
            append(before_end, secret);
            append(before_end, Bytes{0xff, 0xd9});
            expect_same(before_end);
            EXPECT_EQ(expect_bare(Bytes(photo.begin(), photo.end() - 2), false), alone);
        }
}

TEST(SanitisedJpeg, TurnsUprightWithoutLossWhereBlocksAllow) {
    for (const int flags : {0, TJFLAG_PROGRESSIVE})
        for (std::uint16_t orientation = 2; orientation <= 8; ++orientation) {
            const auto photo = jpeg(scribble(48, 32, 3, 1), TJPF_RGB, flags);
            const auto file = with_exif(photo, telling_exif(orientation));
            const auto bare = sanitised(file);
            ASSERT_TRUE(bare);
            EXPECT_FALSE(holds_secret(*bare));
            EXPECT_EQ(exif_orientation(*bare), 1);
            // Rows and columns take turns in the inverse transform, which rounds.
            EXPECT_LE(difference(decoded(*bare), decoded(file)), 2) << orientation;
        }
}

TEST(SanitisedJpeg, TurnsUprightWhereBlocksDoNot) {
    Image photo{41, 23, 3, Bytes(std::size_t{41} * 23 * 3)};
    for (std::size_t i = 0; i < photo.pixels.size(); ++i)
        photo.pixels[i] = static_cast<std::uint8_t>(i / 3 % 41 * 5);
    for (std::uint16_t orientation = 2; orientation <= 8; ++orientation) {
        const auto file = with_exif(jpeg(photo, TJPF_RGB), telling_exif(orientation));
        const auto bare = sanitised(file);
        ASSERT_TRUE(bare);
        EXPECT_FALSE(holds_secret(*bare));
        EXPECT_EQ(exif_orientation(*bare), 1);
        EXPECT_EQ(decoded(*bare).width, orientation >= 5 ? 23 : 41);
        EXPECT_LE(difference(decoded(*bare), decoded(file)), 24) << orientation;
    }
}

TEST(SanitisedJpeg, WritesAWholeFileFromOneThatIsCutShort) {
    const auto photo = jpeg(scribble(64, 64, 3, 1), TJPF_RGB);
    const Bytes cut(photo.begin(), photo.end() - 10);
    const auto bare = sanitised(cut);
    ASSERT_TRUE(bare);
    EXPECT_LE(difference(decoded(*bare), decoded(cut)), 2);
    EXPECT_EQ(bare->back(), 0xd9);
}

TEST(SanitisedWebp, KeepsNoOtherChunkAndNothingAfterTheEnd) {
    for (const int channels : {3, 4})
        for (const float quality : {-1.0F, 80.0F}) {
            const auto still = webp(scribble(40, 24, channels, 1), quality);
            // A lossy file with alpha has the extended header already.
            const bool extended = as_text(still).substr(12, 4) == "VP8X";
            const BytesView body = BytesView(still).subspan(extended ? 30 : 12);
            const auto flags = static_cast<std::uint8_t>(channels == 4 ? 0x10 : 0);
            const auto with = [&](std::string_view type, std::uint8_t flag, BytesView data) {
                Bytes chunks;
                if (type == "ICCP") append(chunks, riff_chunk(type, data));
                append(chunks, body);
                if (type != "ICCP") append(chunks, riff_chunk(type, data));
                return extended_webp(flags | flag, 40, 24, chunks);
            };
            const auto alone = expect_bare(still, false);
            const auto exif = telling_exif(1);
            EXPECT_EQ(expect_bare(with("EXIF", exif_flag, exif)), alone);
            EXPECT_EQ(expect_bare(with("EXIF", exif_flag, BytesView(exif).subspan(6))), alone);
            EXPECT_EQ(expect_bare(with("XMP ", 4, named("<x/>"))), alone);
            EXPECT_EQ(expect_bare(with("ICCP", 0x20, named("profile"))), alone);
            EXPECT_EQ(expect_bare(with("PRIV", 0, named(""))), alone);
            auto longer = still;
            append(longer, secret);
            EXPECT_EQ(expect_bare(longer), alone);
        }
}

/// Its bits end in the last row, and a byte follows (found by tests/fuzz).
TEST(SanitisedWebp, WritesAWholeFileFromOneWhoseBitsEndEarly) {
    const auto file = from_base64(
        "UklGRnoAAABXRUJQVlA4TG0AAAAvEgAEAAWb2traGEADBrDSN0Qw/hrYIN1NVDBljI3eeyLAVCQb"
        "G0BBJWSTQgtBfCEThlg9n2L6OvufE5vl1B3HvYoDYQkpoLgHC7gJbrg0WnITNcQ7Ez9KSsKSGOa+"
        "YB6alQbKjkrBZc3acNK+FgA=");
    ASSERT_TRUE(file);
    const auto bare = sanitised(*file);
    ASSERT_TRUE(bare);
    EXPECT_TRUE(equal(decoded(*bare), decoded(*file)));
}

TEST(SanitisedWebp, TurnsUpright) {
    const auto still = webp(scribble(40, 24, 3, 1));
    Bytes body(still.begin() + 12, still.end());
    append(body, riff_chunk("EXIF", BytesView(telling_exif(6)).subspan(6)));
    const auto bare = expect_bare(extended_webp(exif_flag, 40, 24, body));
    EXPECT_TRUE(equal(decoded(bare), upright(decoded(still), 6)));
}

TEST(Sanitised, RefusesWhatIsNoPicture) {
    EXPECT_EQ(sanitised(as_bytes("GIF89a")).error().kind, ErrorKind::unsupported_media);
    EXPECT_EQ(sanitised(as_bytes("\xff\xd8\xff\xe1")).error().kind, ErrorKind::malformed);
    EXPECT_EQ(sanitised(as_bytes(png_signature)).error().kind, ErrorKind::malformed);
}

}  // namespace
}  // namespace croquis::drawing
