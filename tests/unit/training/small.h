#pragma once

#include <cstdint>

#include "learning/dataset/people.h"
#include "learning/training/network.h"
#include "learning/training/samples.h"

/// What the tests of training learn with: as little as shows the same as the real thing.
namespace croquis::learning {

/// Two narrow convolutions, in eval mode, whose weights and statistics depend on the seed alone.
Network small_network(std::uint64_t seed, int categories = 3);

/// Twelve drawings, as strokes, of each of three categories that are no shapes.
People some_people();

/// Every weight and statistic of a network in a row.
torch::Tensor all_numbers(const Network& network);

}  // namespace croquis::learning
