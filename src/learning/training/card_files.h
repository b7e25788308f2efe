#pragma once

#include <filesystem>
#include <string_view>

#include "core/error.h"

namespace croquis::learning {

Result<void> write_file(const std::filesystem::path& file, std::string_view text);

}  // namespace croquis::learning
