#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "http/router.h"

namespace croquis::http {

/// Serves a folder read whole at start (so no request touches the disk or climbs out of it):
/// content types, strong ETags, pre-compressed .br/.gz neighbours, immutable caching for hashed
/// names (Vite's assets/), no-cache for the rest. `fallback` ("index.html") answers unknown paths
/// without an extension, empty for none. Files and folders whose names begin with a dot are neither
/// read nor served, nor are links; .well-known is. Errors: not_found where the folder is missing.
/// Under a `base_path` ("/croquis") pages (.html) are served with it before their own links, and
/// say it in a meta element named croquis-base, for the scripts on them.
Result<Router> static_files(const std::filesystem::path& folder, const std::string& fallback,
                            std::string_view base_path = {});

}  // namespace croquis::http
