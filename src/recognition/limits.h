#pragma once

#include <cstdint>

namespace croquis::recognition {

/// A larger file is taken for neither a model nor its card, in bytes.
inline constexpr std::uintmax_t max_file_bytes = std::uintmax_t{64} << 20U;

}  // namespace croquis::recognition
