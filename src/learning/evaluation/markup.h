#pragma once

#include <string>
#include <string_view>

namespace croquis::learning {

/// Text as it may stand in HTML and SVG, between tags or in a quoted attribute.
std::string escaped(std::string_view text);

}  // namespace croquis::learning
