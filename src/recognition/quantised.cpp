#include "recognition/quantised.h"

#include <algorithm>
#include <cmath>

namespace croquis::recognition {

QuantisedEmbedding quantised(std::span<const float> embedding) {
    constexpr float most = 127;
    QuantisedEmbedding packed;
    for (const float number : embedding) packed.scale = std::max(packed.scale, std::abs(number));
    packed.scale /= most;
    packed.numbers.reserve(embedding.size());
    for (const float number : embedding)
        packed.numbers.push_back(packed.scale > 0
                                     ? static_cast<std::int8_t>(std::clamp(
                                           std::nearbyint(number / packed.scale), -most, most))
                                     : std::int8_t{0});
    return packed;
}

void unpack(float scale, std::span<const std::int8_t> numbers, std::span<float> to) {
    std::transform(numbers.begin(), numbers.end(), to.begin(),
                   [scale](std::int8_t number) { return scale * static_cast<float>(number); });
}

}  // namespace croquis::recognition
