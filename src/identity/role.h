#pragma once

#include <string_view>

#include "core/error.h"
#include "store/model.h"

namespace croquis::identity {

using store::Role;

/// "annotator", "admin".
std::string_view to_string(Role role);
Result<Role> parse_role(std::string_view text);

}  // namespace croquis::identity
