#include "learning/dataset/fingerprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/bytes.h"

namespace croquis::learning {
namespace {

/// How dark the pixel is on white paper, 0…255.
float ink_of(const std::uint8_t* pixel, int channels) {
    const float grey = channels < 3 ? static_cast<float>(pixel[0])
                                    : 0.299F * static_cast<float>(pixel[0]) +
                                          0.587F * static_cast<float>(pixel[1]) +
                                          0.114F * static_cast<float>(pixel[2]);
    const float opaque = channels % 2 == 0 ? static_cast<float>(pixel[channels - 1]) / 255 : 1;
    return (255 - grey) * opaque;
}

drawing::Image small_and_grey(const drawing::Image& picture) {
    const int by = std::max(1, (std::max(picture.width, picture.height) + 255) / 256);
    drawing::Image small{std::max(1, picture.width / by), std::max(1, picture.height / by), 1, {}};
    small.pixels.reserve(static_cast<std::size_t>(small.width) *
                         static_cast<std::size_t>(small.height));
    const auto channels = static_cast<std::size_t>(picture.channels);
    const auto row = static_cast<std::size_t>(picture.width) * channels;
    const int across = std::min(by, picture.width);
    const int down = std::min(by, picture.height);
    for (int y = 0; y < small.height; ++y)
        for (int x = 0; x < small.width; ++x) {
            float ink = 0;
            for (int v = 0; v < down; ++v)
                for (int u = 0; u < across; ++u)
                    ink += ink_of(&picture.pixels[static_cast<std::size_t>(y * by + v) * row +
                                                  static_cast<std::size_t>(x * by + u) * channels],
                                  picture.channels);
            const float mean = ink / static_cast<float>(across * down);
            small.pixels.push_back(static_cast<std::uint8_t>(255 - std::lround(mean)));
        }
    return small;
}

bool is_dark_at_its_edges(const drawing::Image& picture) {
    const auto width = static_cast<std::size_t>(picture.width);
    const std::size_t last = picture.pixels.size() - width;
    std::size_t sum = 0;
    for (std::size_t x = 0; x < width; ++x)
        sum += picture.pixels[x] + static_cast<std::size_t>(picture.pixels[last + x]);
    return sum < 2 * width * 128;
}

}  // namespace

drawing::Image dark_on_light(const drawing::Image& picture) {
    auto small = small_and_grey(picture);
    if (is_dark_at_its_edges(small))
        for (auto& grey : small.pixels) grey = static_cast<std::uint8_t>(255 - grey);
    return small;
}

std::string fingerprint(const drawing::Image& picture) {
    constexpr std::size_t bytes = 8;
    auto all = fmt::format("{}x{}:", picture.width, picture.height);
    all += as_text(picture.pixels);
    const auto digest = sha256(as_bytes(all));
    return "picture:" + to_hex(BytesView(digest).first(bytes));
}

}  // namespace croquis::learning
