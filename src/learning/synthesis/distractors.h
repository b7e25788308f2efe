#pragma once

#include <string_view>
#include <vector>

#include "learning/synthesis/figure.h"

namespace croquis::learning {

/// Lines written as corners on a grid 0…9 wide and high: a pair of digits a corner, a space lifts
/// the pen. A digit without its other is left out.
std::vector<std::vector<Vec>> corners_of(std::string_view digits);

/// One of some thirty things that people draw (a cup, a boat, a chair …), out of proportion as the
/// case may be, and never quite the same.
Figure outlined_thing(Random& random);

}  // namespace croquis::learning
