#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "drawing/normalise.h"
#include "learning/adaptation/neighbours.h"

/// Drawings that are nearly the same.
namespace croquis::learning {

/// A row, and those that are nearly the same.
struct NearlySame {
    std::size_t first = 0;
    std::vector<Neighbour> others;  ///< the most similar to the first one, first
};

/// Groups of rows that are nearly the same, without rows that are like no other. From the first row
/// on, each that is in no group yet makes one of those behind it that are in none either and at
/// least so similar to it, so that nothing is in a group by way of a third. Where it is given,
/// `confirms` decides about each such row. Time grows with the square of the rows, memory with the
/// rows.
std::vector<NearlySame> nearly_same(
    const PackedRows& rows, float least,
    const std::function<bool(std::size_t first, const Neighbour& other)>& confirms = {});

/// A drawing as pictures of drawings are compared, which a pen's width and a line's place hardly
/// change: of every second pixel in both directions the mean of the 5 by 5 about it, 0…127.
std::vector<std::int8_t> blurred(const drawing::ModelInput& input);
inline constexpr std::size_t blurred_size =
    std::size_t{drawing::model_side / 2} * (drawing::model_side / 2);

}  // namespace croquis::learning
