#pragma once

#include "core/error.h"
#include "http/message.h"

namespace croquis::http {

/// Reads an origin-form target, or an absolute one as proxies may send (RFC 9112 section 3.2), into
/// request.segments and request.query; "*" (of OPTIONS) leaves them empty. A target that is not
/// valid, or that holds a zero byte once decoded, is ErrorKind::malformed.
Result<void> parse_target(std::string_view target, Request& request);

}  // namespace croquis::http
