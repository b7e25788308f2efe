#include "drawing/exif.h"

#include <gtest/gtest.h>

#include "unit/drawing/exif_data.h"
#include "unit/drawing/pictures.h"

namespace croquis::drawing {
namespace {

using namespace testing_support;

/// Where in the file the pixel is that is seen at x, y, by the Exif standard's table: which sides
/// of the picture the file's first row and first column are.
std::pair<int, int> stored_at(int orientation, int x, int y, int width, int height) {
    const int right = width - 1, bottom = height - 1;  // of the file
    switch (orientation) {
        case 2:
            return {right - x, y};
        case 3:
            return {right - x, bottom - y};
        case 4:
            return {x, bottom - y};
        case 5:
            return {y, x};
        case 6:
            return {y, bottom - x};
        case 7:
            return {right - y, bottom - x};
        case 8:
            return {right - y, x};
        default:
            return {x, y};
    }
}

TEST(Upright, PutsEachPixelWhereTheStandardSays) {
    for (const int channels : {1, 3})
        for (int orientation = 1; orientation <= 8; ++orientation) {
            const Image stored = scribble(19, 11, channels, 3);
            const Image seen = upright(stored, orientation);
            const bool on_its_side = orientation >= 5;
            ASSERT_EQ(seen.width, on_its_side ? 11 : 19);
            ASSERT_EQ(seen.height, on_its_side ? 19 : 11);
            ASSERT_EQ(seen.channels, channels);
            ASSERT_EQ(seen.pixels.size(), stored.pixels.size());
            const auto at = [&](const Image& image, int x, int y, int c) {
                return image.pixels[static_cast<std::size_t>((y * image.width + x) * channels + c)];
            };
            for (int y = 0; y < seen.height; ++y)
                for (int x = 0; x < seen.width; ++x) {
                    const auto [from_x, from_y] = stored_at(orientation, x, y, 19, 11);
                    for (int c = 0; c < channels; ++c)
                        ASSERT_EQ(at(seen, x, y, c), at(stored, from_x, from_y, c))
                            << orientation << ": " << x << ", " << y;
                }
        }
}

TEST(ExifOrientation, ReadsBothByteOrders) {
    for (const bool big_endian : {true, false})
        for (std::uint16_t orientation = 1; orientation <= 8; ++orientation)
            EXPECT_EQ(exif_orientation(with_exif(jpeg(scribble(16, 16, 1, 1), TJPF_GRAY),
                                                 exif_data(orientation, big_endian))),
                      orientation);
}

TEST(ExifOrientation, TakesOtherSegmentsAndEntriesInItsStride) {
    ExifForm form;
    form.entries_before = 3;
    const auto photo = jpeg(scribble(16, 16, 1, 1), TJPF_GRAY);
    EXPECT_EQ(exif_orientation(with_exif(with_exif(photo, exif_data(6, true, form)),
                                         as_bytes("http://ns.adobe.com/xap/1.0/"))),
              6);
}

TEST(ExifOrientation, IsUprightWhereNothingOrNonsenseIsSaid) {
    const auto photo = jpeg(scribble(16, 16, 1, 1), TJPF_GRAY);
    EXPECT_EQ(exif_orientation(photo), 1);
    EXPECT_EQ(exif_orientation({}), 1);
    for (const std::uint16_t orientation : {0, 9, 65535})
        EXPECT_EQ(exif_orientation(with_exif(photo, exif_data(orientation, true))), 1)
            << orientation;
    ExifForm form;
    form.type = 4;
    EXPECT_EQ(exif_orientation(with_exif(photo, exif_data(6, true, form))), 1) << "not a SHORT";
    form = {};
    form.directory_at = 0xfffffff0;
    EXPECT_EQ(exif_orientation(with_exif(photo, exif_data(6, true, form))), 1) << "out of bounds";
    form = {};
    form.entry_count = 65535;
    form.tag = 0x0100;
    EXPECT_EQ(exif_orientation(with_exif(photo, exif_data(6, true, form))), 1)
        << "too many entries";
    EXPECT_EQ(exif_orientation(with_exif(photo, as_bytes(std::string_view("Exif\0\0", 6)))), 1);
    EXPECT_EQ(exif_orientation(with_exif(photo, as_bytes(std::string_view("Exif\0\0XX", 8)))), 1);
}

TEST(ExifOrientation, ReadsNoFurtherThanItsBytes) {
    const auto whole = with_exif(jpeg(scribble(16, 16, 1, 1), TJPF_GRAY), exif_data(6, false));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        const int orientation = exif_orientation(cut);
        EXPECT_TRUE(orientation == 1 || orientation == 6) << size;
    }
}

}  // namespace
}  // namespace croquis::drawing
