#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace croquis::http {

/// What one form may hold. A form past any of these is ErrorKind::too_large.
struct MultipartLimits {
    std::size_t max_parts = 16;
    std::size_t max_part_header_bytes = 2048;  ///< of each part
    std::size_t max_part_bytes = std::size_t{4} * 1024 * 1024;
};

/// One field of a form. `content` is a view into the body that was parsed.
struct Part {
    std::string name;
    std::string filename;      ///< empty where the part is no file; never to be used as a path
    std::string content_type;  ///< as sent, "text/plain" where nothing is said
    std::string_view content;
};

/// Reads multipart/form-data (RFC 7578, in the framing of RFC 2046 section 5.1). `content_type` is
/// the request's header with its boundary. What is not a form is ErrorKind::unsupported_media; a
/// form that is cut short, lacks a name or breaks the framing is ErrorKind::malformed. Own code
/// because Debian holds no C++ library for it apart from whole servers. Thread-safe.
Result<std::vector<Part>> parse_multipart(std::string_view content_type, std::string_view body,
                                          const MultipartLimits& limits = {});

}  // namespace croquis::http
