#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/error.h"

namespace croquis {

/// The content of a file of at most `limit` bytes. Errors, with `field`: not_found (none, a folder,
/// or one that cannot be read), too_large.
Result<std::string> read_file(const std::filesystem::path& path, std::uintmax_t limit,
                              std::string_view field);

}  // namespace croquis
