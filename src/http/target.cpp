#include "http/target.h"

#include <boost/url.hpp>

namespace croquis::http {

Result<void> parse_target(std::string_view target, Request& request) {
    const auto url = boost::urls::parse_origin_form(target);
    if (!url) return Error{ErrorKind::malformed, "The request's address is not valid."};
    for (const auto segment : url->segments()) {
        if (segment.find('\0') != std::string::npos)
            return Error{ErrorKind::malformed, "The request's address is not valid."};
        request.segments.emplace_back(segment);
    }
    for (const auto& parameter : url->params())
        request.query.emplace_back(parameter.key, parameter.value);
    return {};
}

}  // namespace croquis::http
