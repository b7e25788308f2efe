#include "service/drawings/seen_drawing.h"

namespace croquis::service {

Result<void> check_count(std::size_t drawings) {
    if (drawings < 1 || drawings > max_at_once)
        return Error{ErrorKind::invalid, "1 to 200 drawings can be changed at once.", "drawings"};
    return {};
}

store::Author author_of(identity::Principal who) {
    return {who.user, std::move(who.name)};
}

}  // namespace croquis::service
