#include "core/error_kinds.h"

namespace croquis {

namespace {

struct KindName {
    ErrorKind kind;
    std::string_view name;
};

constexpr std::array kind_names{KindName{ErrorKind::invalid, "invalid"},
                                KindName{ErrorKind::malformed, "malformed"},
                                KindName{ErrorKind::too_large, "too-large"},
                                KindName{ErrorKind::unsupported_media, "unsupported-media"},
                                KindName{ErrorKind::unauthenticated, "unauthenticated"},
                                KindName{ErrorKind::forbidden, "forbidden"},
                                KindName{ErrorKind::not_found, "not-found"},
                                KindName{ErrorKind::conflict, "conflict"},
                                KindName{ErrorKind::precondition_failed, "precondition-failed"},
                                KindName{ErrorKind::precondition_required, "precondition-required"},
                                KindName{ErrorKind::rate_limited, "rate-limited"},
                                KindName{ErrorKind::unavailable, "unavailable"},
                                KindName{ErrorKind::internal, "internal"}};
static_assert(has_every_kind(kind_names));

}  // namespace

std::string_view to_string(ErrorKind kind) {
    return row_of(kind_names, kind).name;
}

}  // namespace croquis
