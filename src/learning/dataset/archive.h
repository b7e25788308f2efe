#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "core/bytes.h"
#include "core/error.h"

namespace croquis::learning {

/// Reads .tar, .tar.gz and .gz files through libarchive and gives each file in them, in order, to
/// `take`: its name inside, and what it holds. What is compressed alone is one file. Stops at the
/// first error, of `take` or its own: not_found, malformed, too_large (a file over 256 MiB).
Result<void> read_archive(
    const std::filesystem::path& archive,
    const std::function<Result<void>(const std::string&, const Bytes&)>& take);

}  // namespace croquis::learning
