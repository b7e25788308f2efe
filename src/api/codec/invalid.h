#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"

namespace croquis::api {

/// What is wrong with a field of a request.
inline Error invalid(std::string_view field, std::string detail) {
    return {ErrorKind::invalid, std::move(detail), std::string(field)};
}

}  // namespace croquis::api
