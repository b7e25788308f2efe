#include "drawing/decode.h"

#include <fmt/format.h>
#include <spng.h>

#include <memory>

#include "drawing/exif.h"
#include "drawing/jpeg.h"
#include "drawing/plain_png.h"
#include "drawing/png_chunks.h"
#include "drawing/refusals.h"
#include "drawing/webp.h"

namespace croquis::drawing {

std::string_view to_string(MediaType type) {
    switch (type) {
        case MediaType::png:
            return "image/png";
        case MediaType::jpeg:
            return "image/jpeg";
        case MediaType::webp:
            return "image/webp";
    }
    return "image/png";
}

namespace {

using Spng = std::unique_ptr<spng_ctx, decltype(&spng_ctx_free)>;

struct PngForm {
    int format;
    int channels;
};

/// Grey stays grey, so that the page's own pictures cost a quarter of what RGBA would.
PngForm png_form(const spng_ihdr& header, bool has_transparency) {
    const bool grey = header.color_type == SPNG_COLOR_TYPE_GRAYSCALE && !has_transparency &&
                      header.bit_depth <= 8;
    if (grey) return {SPNG_FMT_G8, 1};
    if (header.color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA && header.bit_depth == 8)
        return {SPNG_FMT_PNG, 2};
    const bool opaque = !has_transparency && (header.color_type == SPNG_COLOR_TYPE_GRAYSCALE ||
                                              header.color_type == SPNG_COLOR_TYPE_TRUECOLOR ||
                                              header.color_type == SPNG_COLOR_TYPE_INDEXED);
    if (opaque) return {SPNG_FMT_RGB8, 3};
    return {SPNG_FMT_RGBA8, 4};
}

Spng open_png(BytesView file) {
    Spng png(spng_ctx_new(0), spng_ctx_free);
    // Else libspng makes room for as much as a chunk says that it has.
    if (!png || spng_set_chunk_limits(png.get(), file.size(), file.size()) != 0 ||
        spng_set_png_buffer(png.get(), file.data(), file.size()) != 0)
        throw std::bad_alloc();
    return png;
}

/// Of any kind; its size has been checked.
Result<Image> decode_any_png(BytesView file) {
    const Bytes bare = without_extras(file);
    const Spng png = open_png(bare);
    spng_ihdr header{};
    spng_trns transparency{};
    if (spng_get_ihdr(png.get(), &header) != 0) return damaged("PNG");
    const int found = spng_get_trns(png.get(), &transparency);
    if (found != 0 && found != SPNG_ECHUNKAVAIL) return damaged("PNG");
    const bool has_transparency = found == 0;
    const PngForm form = png_form(header, has_transparency);
    std::size_t size = 0;
    if (spng_decoded_image_size(png.get(), form.format, &size) != 0) return damaged("PNG");
    Image image =
        blank(static_cast<int>(header.width), static_cast<int>(header.height), form.channels);
    if (size != image.pixels.size()) return damaged("PNG");
    const int flags = has_transparency ? SPNG_DECODE_TRNS : 0;
    if (spng_decode_image(png.get(), image.pixels.data(), size, form.format, flags) != 0)
        return damaged("PNG");
    return image;
}

Result<Decoded> decode_png(BytesView file, const DecodeLimits& limits) {
    spng_ihdr header{};
    if (spng_get_ihdr(open_png(file).get(), &header) != 0) return damaged("PNG");
    if (const auto fits = check_size(header.width, header.height, limits); !fits)
        return fits.error();
    Decoded decoded;
    auto plain = decode_plain_png(file, limits.max_pixels);
    if (plain && holds_only_pixels(file)) {
        decoded.image = std::move(*plain);
        decoded.bare = true;
        return decoded;
    }
    auto image = plain ? Result<Image>(std::move(*plain)) : decode_any_png(file);
    if (!image) return image.error();
    decoded.image = upright(std::move(*image), png_orientation(file));
    return decoded;
}

Result<Decoded> as_decoded(MediaType type, Result<Image> image) {
    if (!image) return image.error();
    return Decoded{type, std::move(*image)};
}

bool starts_with(BytesView file, std::initializer_list<std::uint8_t> magic, std::size_t at = 0) {
    return file.size() >= at + magic.size() &&
           std::equal(magic.begin(), magic.end(), file.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

Result<MediaType> sniff(BytesView file) {
    if (starts_with(file, {0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a})) return MediaType::png;
    if (starts_with(file, {0xff, 0xd8, 0xff})) return MediaType::jpeg;
    if (starts_with(file, {'R', 'I', 'F', 'F'}) && starts_with(file, {'W', 'E', 'B', 'P'}, 8))
        return MediaType::webp;
    return refused(ErrorKind::unsupported_media, "The file is not a PNG, JPEG or WebP picture.");
}

Result<Decoded> decode(BytesView file, const DecodeLimits& limits) {
    if (file.size() > limits.max_bytes)
        return refused(ErrorKind::too_large,
                       fmt::format("The picture has {} bytes; at most {} are taken.", file.size(),
                                   limits.max_bytes));
    const auto type = sniff(file);
    if (!type) return type.error();
    switch (*type) {
        case MediaType::jpeg:
            return as_decoded(*type, decode_jpeg(file, limits));
        case MediaType::webp:
            return as_decoded(*type, decode_webp(file, limits));
        case MediaType::png:
            break;
    }
    return decode_png(file, limits);
}

Result<Bytes> encode_png(const Image& image, PngContent content) {
    if (content == PngContent::drawing) return encode_plain_png(image);
    const Spng png(spng_ctx_new(SPNG_CTX_ENCODER), spng_ctx_free);
    if (!png) throw std::bad_alloc();
    spng_ihdr header{};
    header.width = static_cast<std::uint32_t>(image.width);
    header.height = static_cast<std::uint32_t>(image.height);
    header.bit_depth = 8;
    header.color_type = colour_type_of(image.channels);
    std::size_t size = 0;
    int failed = spng_set_option(png.get(), SPNG_ENCODE_TO_BUFFER, 1);
    if (failed == 0) failed = spng_set_ihdr(png.get(), &header);
    if (failed == 0)
        failed = spng_encode_image(png.get(), image.pixels.data(), image.pixels.size(),
                                   SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
    if (failed != 0)
        return Error{ErrorKind::internal,
                     fmt::format("The PNG cannot be written: {}.", spng_strerror(failed))};
    const std::unique_ptr<void, decltype(&std::free)> buffer(
        spng_get_png_buffer(png.get(), &size, &failed), std::free);
    if (!buffer)
        return Error{ErrorKind::internal,
                     fmt::format("The PNG cannot be written: {}.", spng_strerror(failed))};
    const auto* bytes = static_cast<const std::uint8_t*>(buffer.get());
    return Bytes(bytes, bytes + size);
}

}  // namespace croquis::drawing
