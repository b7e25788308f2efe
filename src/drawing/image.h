#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace croquis::drawing {

enum class MediaType { png, jpeg, webp };

/// "image/png" and so on.
std::string_view to_string(MediaType type);

/// Pixels as they were sent: rows from the top, no padding between rows, `channels` interleaved
/// bytes a pixel: 1 grey, 2 grey+alpha, 3 RGB, 4 RGBA (alpha straight, 0 transparent). Invariant:
/// pixels.size() == width * height * channels, both sides at least 1.
struct Image {
    int width = 0;
    int height = 0;
    int channels = 1;
    std::vector<std::uint8_t> pixels;
};

}  // namespace croquis::drawing
