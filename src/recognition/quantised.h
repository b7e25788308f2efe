#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace croquis::recognition {

/// An embedding in 8 bits a number: number k is scale * numbers[k]. The scale is the largest
/// number's size / 127, so that each is off by at most half of it; 0 where all are 0.
struct QuantisedEmbedding {
    float scale = 0;
    std::vector<std::int8_t> numbers;
};

QuantisedEmbedding quantised(std::span<const float> embedding);

/// Writes the numbers out: `to` has as many as `numbers`.
void unpack(float scale, std::span<const std::int8_t> numbers, std::span<float> to);

}  // namespace croquis::recognition
