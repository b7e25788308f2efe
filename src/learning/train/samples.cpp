#include "learning/train/samples.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "drawing/normalise.h"
#include "learning/sketcher.h"

namespace croquis::learning {
namespace {

/// SplitMix64 (Steele et al. 2014): neighbouring samples get seeds that have nothing in common.
std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

std::size_t pick_label(Random& random) {
    const int last = static_cast<int>(shape_labels().size()) - 1;
    if (random.chance(0.16F)) return static_cast<std::size_t>(last);
    return static_cast<std::size_t>(random.integer(0, last - 1));
}

/// Draws until the picture shows something: a photograph can lose a hair-thin line.
drawing::ModelInput draw_sample(std::size_t label, Random& random) {
    for (;;) {
        const auto input =
            drawing::normalise(picture(sketch(shape_labels()[label], random), random));
        if (input) return *input;
    }
}

}  // namespace

Samples make_samples(std::uint64_t seed, std::uint64_t first, std::int64_t count) {
    constexpr std::int64_t side = drawing::model_side;
    Samples samples{torch::empty({count, 1, side, side}, torch::kUInt8),
                    torch::empty({count}, torch::kInt64)};
    auto* images = samples.images.data_ptr<std::uint8_t>();
    auto* labels = samples.labels.data_ptr<std::int64_t>();
    at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            Random random(mix(seed ^ mix(first + static_cast<std::uint64_t>(i))));
            const std::size_t label = pick_label(random);
            const auto input = draw_sample(label, random);
            std::copy(input.begin(), input.end(), images + i * side * side);
            labels[i] = static_cast<std::int64_t>(label);
        }
    });
    return samples;
}

}  // namespace croquis::learning
