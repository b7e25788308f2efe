#pragma once

#include <string_view>

#include "core/error.h"
#include "http/message.h"

namespace croquis::http {

/// Reads request.target, in origin form or in the absolute one that proxies may send (RFC 9112
/// section 3.2), into request.segments and request.query; "*" (of OPTIONS) leaves them empty. An
/// absolute one leaves its host in the header Host, and its path as the target. A path that begins
/// with `base_path` ("/croquis", or empty) loses it. A target that is not valid, or that is not
/// UTF-8 or holds a zero byte once decoded, is ErrorKind::malformed; in the latter case the field
/// is the query's parameter, "query" where its name is at fault, or "path".
Result<void> parse_target(Request& request, std::string_view base_path = {});

/// Whether a segment of the path is "." or "..", also where a reader further on would find it in
/// what is one segment here: behind an escaped slash, a backslash or before a parameter. A client
/// resolves these itself (RFC 3986 section 5.2.4); here they are names like others, and lead to
/// nothing.
bool has_dot_segment(const Request& request);

}  // namespace croquis::http
