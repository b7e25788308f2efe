#pragma once

#include "core/error.h"
#include "http/message.h"

namespace croquis::http {

/// Reads an origin-form target (RFC 9112 section 3.2.1) into request.segments and request.query. A
/// target that is not valid, or whose decoded segments hold a zero byte, is ErrorKind::malformed.
Result<void> parse_target(std::string_view target, Request& request);

}  // namespace croquis::http
