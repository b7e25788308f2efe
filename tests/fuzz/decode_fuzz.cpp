#include <spng.h>

#include <memory>

#include "drawing/decode.h"
#include "drawing/normalise.h"
#include "drawing/plain_png.h"
#include "drawing/sanitise.h"
#include "fuzz/target.h"

namespace {

using namespace croquis;
using fuzz::require;

constexpr drawing::DecodeLimits small{
    .max_bytes = 65536, .min_side = 1, .max_side = 256, .max_pixels = 40'000};

/// What libspng reads in the file's own format; empty where it refuses.
std::vector<std::uint8_t> by_libspng(BytesView file) {
    const std::unique_ptr<spng_ctx, decltype(&spng_ctx_free)> png(spng_ctx_new(0), spng_ctx_free);
    std::size_t size = 0;
    if (spng_set_png_buffer(png.get(), file.data(), file.size()) != 0 ||
        spng_decoded_image_size(png.get(), SPNG_FMT_PNG, &size) != 0)
        return {};
    std::vector<std::uint8_t> pixels(size);
    if (spng_decode_image(png.get(), pixels.data(), size, SPNG_FMT_PNG, 0) != 0) return {};
    return pixels;
}

bool same(const drawing::Image& a, const drawing::Image& b) {
    return a.width == b.width && a.height == b.height;
}

}  // namespace

/// Pictures: the plain PNG reader says what libspng says, and what can be read can be stored
/// without anything else, and be read again.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView file(data, size);
    if (const auto plain = drawing::decode_plain_png(file, small.max_pixels))
        require(plain->pixels == by_libspng(file), "the plain reader differs from libspng");
    const auto decoded = drawing::decode(file, small);
    if (!decoded) {
        require(decoded.error().kind != ErrorKind::internal, "a picture is our fault");
        return 0;
    }
    const auto& image = decoded->image;
    require(image.pixels.size() == static_cast<std::size_t>(image.width) *
                                       static_cast<std::size_t>(image.height) *
                                       static_cast<std::size_t>(image.channels),
            "pixels that are not the picture's size");
    (void)drawing::normalise(image);
    const auto bare = drawing::sanitised(file);
    require(!bare.has_error(), "a picture that can be read cannot be stored");
    if (decoded->bare) require(as_text(*bare) == as_text(file), "a bare picture was changed");
    const auto again = drawing::decode(*bare, drawing::unlimited);
    require(!again.has_error() && again->type == decoded->type, "what is stored cannot be read");
    require(same(again->image, image), "what is stored has another size");
    if (decoded->type == drawing::MediaType::png && again->image.channels == image.channels)
        require(again->image.pixels == image.pixels, "what is stored has other pixels");
    return 0;
}
