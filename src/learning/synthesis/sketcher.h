#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "drawing/image.h"
#include "drawing/strokes.h"
#include "learning/synthesis/random.h"

namespace croquis::learning {

/// The tags that the shipped model tells apart, then "unknown": the order of its outputs.
const std::vector<std::string>& shape_labels();

/// A sketch of one of shape_labels(), as a person might draw it: any size, rotation, hurry, number
/// of strokes that the label allows (docs/labels.md states the boundaries). "unknown" is anything
/// else: objects, letters, scribbles, several shapes together. Deterministic in `random`. Unknown
/// labels throw std::out_of_range.
drawing::Strokes sketch(std::string_view label, Random& random);
/// The same by a hand of this care: from 0, a hurried mouse, to 1, a careful pen on a tablet.
drawing::Strokes sketch(std::string_view label, float care, Random& random);

/// The picture that somebody might send of those strokes: pens and canvases of any size and colour,
/// transparent, dark, photographed.
drawing::Image picture(const drawing::Strokes& strokes, Random& random);

}  // namespace croquis::learning
