#pragma once

#include <string_view>

#include "drawing/image.h"
#include "drawing/strokes.h"
#include "learning/synthesis/random.h"

namespace croquis::learning {

/// The same drawing as if its author had drawn it once more, or somebody much like them: leaning,
/// warped, mirrored and turned as far as the label allows, strokes out of place, shaking, hooks and
/// ends cut off. What the label means survives: a square is not stretched into a rectangle, nor
/// turned into a diamond. `label` is one of shape_labels(), or "sign" of
/// letters and symbols, which are never mirrored. Scale and place are kept roughly: the
/// result lies within twice the drawing's own box about its middle. Deterministic in `random`.
drawing::Strokes augmented(const drawing::Strokes& strokes, std::string_view label, Random& random);

/// The same of a picture of dark ink on white paper, which has no strokes: enlarged, leaning,
/// warped, mirrored and turned as far as the label allows, its lines thinner or thicker, sharp or
/// blurred.
drawing::Image augmented(const drawing::Image& picture, std::string_view label, Random& random);

/// A tap or a dash beside the drawing, as happens on touch screens. Nothing where there are no
/// strokes.
void add_speck(drawing::Strokes& strokes, Random& random);

/// Squeezed across or down until its shorter side is `ratio` of its longer one, 0…1: of a circle an
/// ellipse, of a square a rectangle.
drawing::Strokes flattened(const drawing::Strokes& strokes, float ratio, bool tall);
drawing::Image flattened(const drawing::Image& picture, float ratio, bool tall);

}  // namespace croquis::learning
