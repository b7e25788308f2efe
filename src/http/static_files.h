#pragma once

#include <filesystem>
#include <string>

#include "http/router.h"

namespace croquis::http {

/// Serves a folder read whole at start (so no request touches the disk or climbs out of it):
/// content types, strong ETags, pre-compressed .br/.gz neighbours, immutable caching for hashed
/// names (Vite's assets/), no-cache for the rest. `fallback` ("index.html") answers unknown paths
/// without an extension, empty for none. Errors: not_found where the folder is missing.
Result<Router> static_files(const std::filesystem::path& folder, const std::string& fallback);

}  // namespace croquis::http
