#pragma once

#include <cstdint>
#include <span>

#include "learning/dataset.h"
#include "learning/train/network.h"

namespace croquis::learning {

struct Samples {
    torch::Tensor images;  ///< uint8 [N,1,side,side]
    torch::Tensor labels;  ///< int64 [N]
};

/// People's drawings that join the sketches, each time redrawn differently (learning/redraw.h).
struct People {
    std::vector<Drawn> drawings;
    float share = 0;  ///< of the samples, 0…1
};

/// `count` samples of random labels: sketches, and people's drawings as far as there are any.
/// Nobody was asked for an ellipse or a rectangle; people's circles and squares, squeezed, stand in
/// for them. Sample i depends on seed, people and first + i alone, whatever the number of threads.
Samples make_samples(std::uint64_t seed, std::uint64_t first, std::int64_t count,
                     const People& people = {});

/// The labels that a careful hand with a pen on a tablet is measured on.
std::span<const std::string_view> careful_labels();

/// `count` sketches of careful_labels(), as many of each, by hands of care 0.8…1.
Samples make_careful_samples(std::uint64_t seed, std::int64_t count);

}  // namespace croquis::learning
