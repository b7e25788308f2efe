#pragma once

#include <optional>
#include <string_view>

#include "core/error.h"
#include "http/message.h"

namespace croquis::api {

/// http::problem() with the code of its sentence and that code's parameters, for programs that say
/// it in words of their own, where the error has no code itself and is not hidden (internal).
http::Response problem(const Error& error);

/// What a problem's `type` leads to.
struct Explanation {
    std::string_view meaning;
    std::string_view remedy;
};

Explanation explain(ErrorKind kind);
/// The kind that "/problems/<name>" names.
std::optional<ErrorKind> problem_kind(std::string_view name);

}  // namespace croquis::api
