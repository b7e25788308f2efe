#include "drawing/webp.h"

#include <webp/decode.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "drawing/exif.h"
#include "drawing/refusals.h"

namespace croquis::drawing {
namespace {

constexpr int rows_that_may_be_missing = 32;  // two of a lossy file's rows of blocks
constexpr float rewritten_webp_quality = 92;
constexpr int exact_format = 2;  // WebPBitstreamFeatures::format of a lossless file

using Mux = std::unique_ptr<WebPMux, decltype(&WebPMuxDelete)>;

/// As many bytes as a RIFF file says that it has, where it has more.
BytesView without_tail(BytesView file) {
    constexpr std::size_t head = 8;  // "RIFF" and the size of what follows, little-endian
    if (file.size() < head) return file;
    const std::uint32_t said = file[4] | std::uint32_t{file[5]} << 8U |
                               std::uint32_t{file[6]} << 16U | std::uint32_t{file[7]} << 24U;
    return file.first(std::min(file.size(), head + std::size_t{said}));
}

/// The file's parts, which stay in `file`; null where it is not whole.
Mux parts_of(BytesView file) {
    const BytesView whole = without_tail(file);
    const WebPData data{whole.data(), whole.size()};
    return {WebPMuxCreate(&data, 0), WebPMuxDelete};
}

int orientation_of(WebPMux* mux) {
    WebPData exif{};
    if (mux == nullptr || WebPMuxGetChunk(mux, "EXIF", &exif) != WEBP_MUX_OK) return 1;
    return tiff_orientation({exif.bytes, exif.size});
}

/// As many rows as there are; whether they are enough.
bool decode_partly(BytesView file, Image& image) {
    const int stride = image.channels * image.width;
    using Decoder = std::unique_ptr<WebPIDecoder, decltype(&WebPIDelete)>;
    const Decoder decoder(WebPINewRGB(image.channels == 4 ? MODE_RGBA : MODE_RGB,
                                      image.pixels.data(), image.pixels.size(), stride),
                          WebPIDelete);
    if (!decoder) throw std::bad_alloc();
    const auto status = WebPIUpdate(decoder.get(), file.data(), file.size());
    if (status != VP8_STATUS_OK && status != VP8_STATUS_SUSPENDED) return false;
    int rows = 0;
    if (WebPIDecGetRGB(decoder.get(), &rows, nullptr, nullptr, nullptr) == nullptr) return false;
    const int missing = image.height - rows;
    if (missing > rows_that_may_be_missing || 2 * missing >= image.height) return false;
    std::fill(image.pixels.begin() + static_cast<std::ptrdiff_t>(stride) * rows, image.pixels.end(),
              std::uint8_t{255});
    return true;
}

bool decode_whole(BytesView file, Image& image) {
    auto* const decode_into = image.channels == 4 ? WebPDecodeRGBAInto : WebPDecodeRGBInto;
    return decode_into(file.data(), file.size(), image.pixels.data(), image.pixels.size(),
                       image.channels * image.width) != nullptr;
}

Result<Bytes> encode_webp(const Image& image, bool exact) {
    WebPConfig config;
    if (WebPConfigPreset(&config, WEBP_PRESET_DEFAULT, rewritten_webp_quality) == 0)
        return Error{ErrorKind::internal, "The WebP cannot be written."};
    config.method = 0;  // the quickest
    if (exact) config.lossless = config.exact = 1;
    WebPPicture picture;
    WebPMemoryWriter writer;
    if (WebPPictureInit(&picture) == 0) throw std::bad_alloc();
    WebPMemoryWriterInit(&writer);
    const std::unique_ptr<WebPPicture, decltype(&WebPPictureFree)> pixels(&picture,
                                                                          WebPPictureFree);
    const std::unique_ptr<WebPMemoryWriter, decltype(&WebPMemoryWriterClear)> written(
        &writer, WebPMemoryWriterClear);
    picture.use_argb = exact ? 1 : 0;
    picture.width = image.width;
    picture.height = image.height;
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    auto* const import = image.channels == 4 ? WebPPictureImportRGBA : WebPPictureImportRGB;
    if (import(&picture, image.pixels.data(), image.channels * image.width) == 0 ||
        WebPEncode(&config, &picture) == 0)
        return Error{ErrorKind::internal, "The WebP cannot be written."};
    return Bytes(writer.mem, writer.mem + writer.size);
}

/// The picture's own bits in a file of their own; nothing where the file is not whole.
std::optional<Bytes> picture_alone(const WebPMux* mux) {
    WebPMuxFrameInfo frame{};
    if (mux == nullptr || WebPMuxGetFrame(mux, 1, &frame) != WEBP_MUX_OK) return std::nullopt;
    Bytes alone(frame.bitstream.bytes, frame.bitstream.bytes + frame.bitstream.size);
    WebPDataClear(&frame.bitstream);
    return alone;
}

}  // namespace

Result<Image> decode_webp(BytesView file, const DecodeLimits& limits) {
    WebPBitstreamFeatures features{};
    if (WebPGetFeatures(file.data(), file.size(), &features) != VP8_STATUS_OK)
        return damaged("WebP");
    if (features.has_animation != 0)
        return refused(ErrorKind::unsupported_media,
                       "Animated WebP is not read; send a single picture.");
    if (const auto fits = check_size(features.width, features.height, limits); !fits)
        return fits.error();
    Image image = blank(features.width, features.height, features.has_alpha != 0 ? 4 : 3);
    if (!decode_whole(file, image) && !decode_partly(file, image)) return damaged("WebP");
    return upright(std::move(image), orientation_of(parts_of(file).get()));
}

Result<Bytes> bare_webp(BytesView file) {
    const Mux mux = parts_of(file);
    // Bits that end early are read as far as they go in the file as it came, and may not be on
    // their own.
    if (orientation_of(mux.get()) == 1)
        if (auto alone = picture_alone(mux.get()); alone && decode_webp(*alone, unlimited))
            return std::move(*alone);
    WebPBitstreamFeatures features{};
    if (WebPGetFeatures(file.data(), file.size(), &features) != VP8_STATUS_OK)
        return damaged("WebP");
    const auto image = decode_webp(file, unlimited);
    if (!image) return image.error();
    return encode_webp(*image, features.format == exact_format);
}

}  // namespace croquis::drawing
