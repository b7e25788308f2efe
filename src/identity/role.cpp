#include "identity/role.h"

namespace croquis::identity {

std::string_view to_string(Role role) {
    return role == Role::admin ? "admin" : "annotator";
}

Result<Role> parse_role(std::string_view text) {
    if (text == "annotator") return Role::annotator;
    if (text == "admin") return Role::admin;
    return Error{ErrorKind::invalid, "A role is annotator or admin.", "role"};
}

}  // namespace croquis::identity
