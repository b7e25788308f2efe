#pragma once

#include <string_view>

namespace croquis::store {

/// What the URL of a store in a file begins with; its path follows.
inline constexpr std::string_view sqlite_scheme = "sqlite:";

}  // namespace croquis::store
