#pragma once

#include <cstdint>
#include <random>
#include <span>

namespace croquis::learning {

/// A seeded source of chance. The same seed gives the same sketches on the same standard library.
class Random {
  public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}

    float uniform(float low, float high) {
        return std::uniform_real_distribution<float>(low, high)(engine_);
    }
    /// low…high, both included.
    int integer(int low, int high) {
        return std::uniform_int_distribution<int>(low, high)(engine_);
    }
    float normal(float sigma) {
        return sigma > 0 ? std::normal_distribution<float>(0, sigma)(engine_) : 0.0F;
    }
    bool chance(float probability) { return uniform(0, 1) < probability; }
    std::size_t weighted(std::span<const float> weights) {
        return std::discrete_distribution<std::size_t>(weights.begin(), weights.end())(engine_);
    }

  private:
    std::mt19937_64 engine_;
};

}  // namespace croquis::learning
