#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"
#include "drawing/decode_limits.h"
#include "drawing/image.h"

/// What the readers of the formats have in common. Every Error is of the field "image".
namespace croquis::drawing {

Error refused(ErrorKind kind, std::string detail);

/// "The PNG picture is damaged or cut short."
Error damaged(std::string_view format);

/// Errors: invalid (a side is too short), too_large.
Result<void> check_size(std::int64_t width, std::int64_t height, const DecodeLimits& limits);

/// A picture of zeros.
Image blank(int width, int height, int channels);

}  // namespace croquis::drawing
