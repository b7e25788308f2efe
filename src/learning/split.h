#pragma once

#include <cstddef>
#include <vector>

#include "learning/dataset.h"

namespace croquis::learning {

/// Which of `count` judges is to judge each drawing, and so must not learn from it: 0…count-1, in
/// the drawings' order. Shapes (words among shape_labels()) are dealt out label by label, each
/// judge as many of each, give or take one; other things kind by kind, so that whoever judges a cat
/// has seen no cat. `count` is at least 1. The same drawings always come out the same.
std::vector<std::size_t> dealt_out(const std::vector<Drawn>& drawings, std::size_t count);

}  // namespace croquis::learning
