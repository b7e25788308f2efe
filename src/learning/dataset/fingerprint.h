#pragma once

#include <string>

#include "drawing/image.h"

namespace croquis::learning {

/// The picture in grey, dark ink on a light ground (the ground is what the upper and lower edge
/// mostly are), at most about 256 pixels a side, so that many can be held.
drawing::Image dark_on_light(const drawing::Image& picture);

/// A name of such a picture by its pixels, whatever file it came in: "picture:" and 16 hexadecimal
/// digits. By it a picture is found again that a model has learnt from; two pictures share one by
/// chance alone as good as never (64 bits of SHA-256).
std::string fingerprint(const drawing::Image& picture);

}  // namespace croquis::learning
