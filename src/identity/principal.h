#pragma once

#include <optional>
#include <string>

#include "core/uuid.h"
#include "identity/role.h"

namespace croquis::identity {

/// Who a valid access token speaks for.
struct Principal {
    Uuid user;
    std::string name;
    Role role = Role::annotator;
    std::optional<Uuid> sign_in;  ///< that the token came with; absent in tokens of former versions
};

}  // namespace croquis::identity
