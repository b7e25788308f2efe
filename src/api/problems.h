#pragma once

#include <optional>
#include <string_view>

#include "core/error.h"

namespace croquis::api {

/// What a problem's `type` leads to.
struct Explanation {
    std::string_view meaning;
    std::string_view remedy;
};

Explanation explain(ErrorKind kind);
/// The kind that "/problems/<name>" names.
std::optional<ErrorKind> problem_kind(std::string_view name);

}  // namespace croquis::api
