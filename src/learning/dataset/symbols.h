#pragma once

#include <string>
#include <string_view>

namespace croquis::learning {

/// What one of Detexify's LaTeX symbols ("latex2e:rightarrow") is among shape_labels(): a shape,
/// "unknown", or nothing where it looks so much like a shape that it can teach neither.
std::string_view label_of_symbol(std::string_view symbol);

/// The name under which the same sign of several LaTeX packages is one: "latex2e:textdollar",
/// "latex2e:dollar" and "textcomp:textdollar" are "sign dollar", "upgreek:upalpha" is "sign alpha".
std::string sign_name(std::string_view symbol);

}  // namespace croquis::learning
