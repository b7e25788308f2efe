#include "drawing/cost.h"

#include <gtest/gtest.h>

#include "drawing/decode.h"

namespace croquis::drawing {
namespace {

struct PngHeaderFields {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint8_t depth = 8;
    std::uint8_t colour = 0;
    bool interlaced = false;
};

/// A PNG up to the end of its header, which is all that is looked at.
Bytes png_header(const PngHeaderFields& kind) {
    Bytes file{0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 'I', 'H', 'D', 'R'};
    for (const auto number : {kind.width, kind.height})
        for (const unsigned shift : {24U, 16U, 8U, 0U})
            file.push_back(static_cast<std::uint8_t>(number >> shift));
    for (const int byte : {int{kind.depth}, int{kind.colour}, 0, 0, kind.interlaced ? 1 : 0})
        file.push_back(static_cast<std::uint8_t>(byte));
    file.resize(file.size() + 4);
    return file;
}

/// A JPEG up to the end of its frame header, some other segments before it.
Bytes jpeg_header(std::uint8_t frame, int width, int height, std::uint8_t channels) {
    Bytes file{0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xdb, 0, 3, 9};
    const auto high = [](int number) { return static_cast<std::uint8_t>(number >> 8); };
    const auto low = [](int number) { return static_cast<std::uint8_t>(number & 255); };
    for (const std::uint8_t byte :
         {std::uint8_t{0xff}, frame, std::uint8_t{0}, std::uint8_t{17}, std::uint8_t{8},
          high(height), low(height), high(width), low(width), channels})
        file.push_back(byte);
    file.resize(file.size() + 9);
    return file;
}

TEST(Cost, OfAPngIsThatOfItsPixelsAsTheyAreStored) {
    const auto work = [](const PngHeaderFields& kind) {
        const Bytes file = png_header(kind);
        return cost_of(file, {}).work - file.size();
    };
    EXPECT_EQ(work({100, 200, 8, 0}), 100U * 200);
    EXPECT_EQ(work({100, 200, 1, 3}), 100U * 200 / 8);
    EXPECT_EQ(work({100, 200, 8, 2}), 100U * 200 * 3);
    EXPECT_EQ(work({100, 200, 8, 4}), 100U * 200 * 2);
    EXPECT_EQ(work({100, 200, 16, 6}), 100U * 200 * 8);
    EXPECT_EQ(work({4096, 1950, 16, 6, true}), 4096U * 1950 * 8 * 2) << "72 KB of a file";
}

TEST(Cost, OfAJpegGrowsWithItsScans) {
    const auto once = cost_of(jpeg_header(0xc0, 300, 200, 3), {});
    const auto scans = cost_of(jpeg_header(0xc2, 300, 200, 3), {});
    EXPECT_GE(once.work, 300U * 200 * 3);
    EXPECT_GT(scans.work, once.work);
    EXPECT_GE(once.bytes, 300U * 200 * 6) << "the pixels, and as many to turn them upright";
    EXPECT_GE(scans.bytes, once.bytes + std::size_t{300} * 200 * 6) << "and the coefficients";
}

TEST(Cost, CoversWhatDecodingTakes) {
    for (const int channels : {1, 3, 4}) {
        Image image{200, 100, channels, {}};
        image.pixels.resize(static_cast<std::size_t>(200 * 100 * channels), 7);
        const Bytes file = encode_png(image).value();
        EXPECT_GE(cost_of(file, {}).bytes, image.pixels.size());
        EXPECT_GE(cost_of(file, {}).work, image.pixels.size());
    }
}

TEST(Cost, OfWhatIsRefusedUndecodedIsItsSizeAlone) {
    DecodeLimits limits;
    limits.max_pixels = 10'000;
    for (const Bytes& file : {png_header({101, 100, 16, 6}), png_header({5000, 1, 8, 0}),
                              png_header({0xffffffff, 0xffffffff, 16, 6}),
                              jpeg_header(0xc0, 101, 100, 3), Bytes(300, 0x42), Bytes()}) {
        const auto cost = cost_of(file, limits);
        EXPECT_EQ(cost.work, file.size());
        EXPECT_EQ(cost.bytes, 0U);
    }
}

TEST(Cost, IsReadOfFilesCutShortAnywhere) {
    for (const Bytes& file : {png_header({10, 10, 8, 2}), jpeg_header(0xc2, 10, 10, 3)})
        for (std::size_t size = 0; size < file.size(); ++size) {
            const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
            EXPECT_GE(cost_of(cut, {}).work, cut.size());
        }
}

}  // namespace
}  // namespace croquis::drawing
