#pragma once

#include "learning/figure.h"

namespace croquis::learning {

/// One of some thirty things that people draw (a cup, a boat, a chair …), out of proportion as the
/// case may be, and never quite the same.
Figure outlined_thing(Random& random);

}  // namespace croquis::learning
