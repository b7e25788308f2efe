#include "drawing/exif.h"

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>

namespace croquis::drawing {
namespace {

constexpr std::uint32_t orientation_tag = 0x0112;
constexpr std::uint32_t type_short = 3;
constexpr std::size_t entry_bytes = 12;

/// Unsigned numbers in a byte order, at places that may lie outside.
class Reader {
  public:
    Reader(BytesView bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

    [[nodiscard]] std::optional<std::uint32_t> number(std::size_t at, std::size_t size) const {
        if (at > bytes_.size() || bytes_.size() - at < size) return std::nullopt;
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < size; ++i)
            value = value << 8U | bytes_[at + (big_endian_ ? i : size - 1 - i)];
        return value;
    }

  private:
    BytesView bytes_;
    bool big_endian_;
};

/// The orientation in the first directory of a TIFF header, which is what Exif data is.
std::optional<int> orientation_in(BytesView tiff) {
    if (tiff.size() < 8 || (tiff[0] != 'M' && tiff[0] != 'I') || tiff[0] != tiff[1])
        return std::nullopt;
    const Reader read(tiff, tiff[0] == 'M');
    const auto directory = read.number(4, 4);
    if (!directory) return std::nullopt;
    const auto entries = read.number(*directory, 2);
    for (std::uint32_t i = 0; entries && i < *entries; ++i) {
        const std::size_t at = std::size_t{*directory} + 2 + i * entry_bytes;
        const auto tag = read.number(at, 2);
        if (!tag) return std::nullopt;
        if (*tag != orientation_tag) continue;
        const auto value = read.number(at + 8, 2);
        if (read.number(at + 2, 2) != type_short || !value || *value < 1 || *value > 8)
            return std::nullopt;
        return static_cast<int>(*value);
    }
    return std::nullopt;
}

constexpr std::string_view exif_start("Exif\0\0", 6);

}  // namespace

int tiff_orientation(BytesView data) {
    if (as_text(data).starts_with(exif_start)) data = data.subspan(exif_start.size());
    return orientation_in(data).value_or(1);
}

int exif_orientation(BytesView jpeg) {
    const Reader read(jpeg, true);
    // Segments up to the start of the pixels: 0xff, kind, length with itself, data.
    for (std::size_t at = 2; read.number(at, 1) == 0xff;) {
        const auto kind = read.number(at + 1, 1);
        if (kind == 0xff) {  // a marker may have any number of these in front
            ++at;
            continue;
        }
        const auto length = read.number(at + 2, 2);
        if (!kind || *kind == 0xda || !length || *length < 2 || at + 2 + *length > jpeg.size())
            break;
        const BytesView data = jpeg.subspan(at + 4, *length - 2);
        if (*kind == 0xe1 && as_text(data).starts_with(exif_start))
            return orientation_in(data.subspan(exif_start.size())).value_or(1);
        at += 2 + *length;
    }
    return 1;
}

Image upright(Image image, int orientation) {
    // What each orientation needs: rows to columns, then a mirroring as cv::flip numbers them.
    constexpr int vertical = 0, horizontal = 1, both = -1;
    struct Way {
        bool transpose;
        std::optional<int> flip;
    };
    static constexpr std::array<Way, 9> ways{{{false, {}},
                                              {false, {}},
                                              {false, horizontal},
                                              {false, both},
                                              {false, vertical},
                                              {true, {}},
                                              {true, horizontal},
                                              {true, both},
                                              {true, vertical}}};
    const Way way = ways.at(static_cast<std::size_t>(orientation));
    const int type = CV_MAKETYPE(CV_8U, image.channels);
    cv::Mat pixels(image.height, image.width, type, image.pixels.data());
    if (!way.transpose) {
        if (way.flip) cv::flip(pixels, pixels, *way.flip);
        return image;
    }
    Image turned{image.height, image.width, image.channels,
                 std::vector<std::uint8_t>(image.pixels.size())};
    cv::Mat target(turned.height, turned.width, type, turned.pixels.data());
    cv::transpose(pixels, target);
    if (way.flip) cv::flip(target, target, *way.flip);
    return turned;
}

}  // namespace croquis::drawing
