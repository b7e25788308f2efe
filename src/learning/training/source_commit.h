#pragma once

#include <string_view>

namespace croquis::learning {

/// The last commit that changed src/ in what this program was built from, "-dirty" appended where
/// there were changes besides, or "unknown" without a repository.
std::string_view source_commit();

}  // namespace croquis::learning
