#pragma once

#include "learning/synthesis/figure.h"

namespace croquis::learning {

/// A figure of the label, one of shape_labels() but "unknown", and what the hand must be to keep it
/// one.
Figure shape_figure(std::string_view label, const Hand& hand, Random& random);

/// Anything that is none of the shapes.
Figure other_figure(Random& random);

/// What no label names, but one resembles: a trapezium, a parallelogram, a square with its
/// diagonal, an arc, the digit 1, a ring of dots, a decagon. In a hurry each could be meant as a
/// shape.
Figure look_alike(Random& random);

}  // namespace croquis::learning
