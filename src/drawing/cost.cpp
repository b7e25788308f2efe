#include "drawing/cost.h"

#include <webp/decode.h>

#include <optional>

#include "drawing/png_chunks.h"

namespace croquis::drawing {
namespace {

struct Header {
    std::size_t width = 0;
    std::size_t height = 0;
    std::size_t stored_bits = 0;       ///< of a pixel in the file
    std::size_t passes = 1;            ///< over the pixels
    std::size_t decoded_channels = 4;  ///< of a byte each, at most
    std::size_t decoder_bytes = 0;     ///< of a pixel, held by the decoder besides
};

/// PNG specification, third edition, section 11.2.1: IHDR is the first chunk.
std::optional<Header> read_png(BytesView file) {
    constexpr std::size_t ihdr_at = 16;
    constexpr std::size_t ihdr_bytes = 13;
    if (file.size() < ihdr_at + ihdr_bytes) return std::nullopt;
    const BytesView ihdr = file.subspan(ihdr_at, ihdr_bytes);
    std::size_t channels = 1;
    switch (ihdr[9]) {
        case 2:
            channels = 3;
            break;
        case 4:
            channels = 2;
            break;
        case 6:
            channels = 4;
            break;
        default:
            break;
    }
    Header header;
    header.width = big_endian(ihdr);
    header.height = big_endian(ihdr.subspan(4));
    header.stored_bits = channels * ihdr[8];
    header.passes = ihdr[12] == 0 ? 1 : 2;
    return header;
}

/// A frame header (ITU-T T.81 section B.2.2): SOF0 to SOF15 but for the tables among them.
bool is_frame(std::uint8_t marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

std::optional<Header> read_jpeg(BytesView file) {
    constexpr std::size_t frame_bytes = 10;
    for (std::size_t at = 2; at + frame_bytes <= file.size();) {
        if (file[at] != 0xff) return std::nullopt;
        const std::uint8_t marker = file[at + 1];
        if (marker == 0xff) {
            ++at;
            continue;
        }
        const auto two = [&](std::size_t place) {
            return std::size_t{file[place]} << 8U | file[place + 1];
        };
        if (is_frame(marker)) {
            const bool is_progressive = marker != 0xc0 && marker != 0xc1;
            Header header;
            header.height = two(at + 5);
            header.width = two(at + 7);
            header.stored_bits = 8 * std::size_t{file[at + 9]};
            header.passes = is_progressive ? 2 : 1;
            header.decoded_channels = 6;  // three, and as many again to turn it upright
            header.decoder_bytes = is_progressive ? 6 : 0;  // its coefficients, of two bytes
            return header;
        }
        if (marker == 0xda) return std::nullopt;  // the scan: too late for a frame header
        at += 2 + two(at + 2);
    }
    return std::nullopt;
}

std::optional<Header> read_webp(BytesView file) {
    WebPBitstreamFeatures features{};
    if (WebPGetFeatures(file.data(), file.size(), &features) != VP8_STATUS_OK) return std::nullopt;
    Header header;
    header.width = static_cast<std::size_t>(features.width);
    header.height = static_cast<std::size_t>(features.height);
    header.stored_bits = 32;
    header.decoder_bytes = 4;  // a lossless picture is decoded whole before it is copied
    return header;
}

}  // namespace

Cost cost_of(BytesView file, const DecodeLimits& limits) {
    const Cost refused{file.size(), 0};
    const auto type = sniff(file);
    if (file.size() > limits.max_bytes || !type) return refused;
    const auto header = *type == MediaType::png    ? read_png(file)
                        : *type == MediaType::jpeg ? read_jpeg(file)
                                                   : read_webp(file);
    const auto side = static_cast<std::size_t>(limits.max_side);
    if (!header || header->width > side || header->height > side ||
        header->width * header->height > limits.max_pixels)
        return refused;
    const std::size_t pixels = header->width * header->height;
    Cost cost;
    cost.work = file.size() + pixels * header->stored_bits / 8 * header->passes;
    // normalise() keeps a byte of ink for each pixel, and reduced copies of less than another. To
    // take ruled paper out, a recognition thread has some 40 MiB at most for the picture at hand.
    constexpr std::size_t normalised = 2;
    cost.bytes =
        file.size() + pixels * (header->decoded_channels + header->decoder_bytes + normalised);
    return cost;
}

}  // namespace croquis::drawing
