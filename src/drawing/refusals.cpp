#include "drawing/refusals.h"

#include <fmt/format.h>

namespace croquis::drawing {

Error refused(ErrorKind kind, std::string detail) {
    return {kind, std::move(detail), "image"};
}

Error damaged(std::string_view format) {
    return refused(ErrorKind::malformed,
                   fmt::format("The {} picture is damaged or cut short.", format));
}

Result<void> check_size(std::int64_t width, std::int64_t height, const DecodeLimits& limits) {
    if (width < limits.min_side || height < limits.min_side)
        return refused(
            ErrorKind::invalid,
            fmt::format("The picture is {} x {} pixels; each side must have at least {}.", width,
                        height, limits.min_side));
    if (width > limits.max_side || height > limits.max_side)
        return refused(ErrorKind::too_large,
                       fmt::format("The picture is {} x {} pixels; a side has at most {}.", width,
                                   height, limits.max_side));
    if (static_cast<std::size_t>(width) * static_cast<std::size_t>(height) > limits.max_pixels)
        return refused(ErrorKind::too_large,
                       fmt::format("The picture has {} pixels; at most {} are taken.",
                                   width * height, limits.max_pixels));
    return {};
}

Image blank(int width, int height, int channels) {
    return {width, height, channels,
            std::vector<std::uint8_t>(static_cast<std::size_t>(width) *
                                      static_cast<std::size_t>(height) *
                                      static_cast<std::size_t>(channels))};
}

}  // namespace croquis::drawing
