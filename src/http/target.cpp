#include "http/target.h"

#include <algorithm>
#include <boost/url.hpp>

namespace croquis::http {
namespace {

Error not_valid() {
    return {ErrorKind::malformed, "The request's address is not valid."};
}

bool has_zero(const std::string& text) {
    return text.find('\0') != std::string::npos;
}

Result<void> read(const boost::urls::url_view& url, Request& request) {
    for (auto segment : url.segments()) request.segments.push_back(std::move(segment));
    for (auto parameter : url.params())
        request.query.emplace_back(std::move(parameter.key), std::move(parameter.value));
    const bool bad = std::any_of(request.segments.begin(), request.segments.end(), has_zero) ||
                     std::any_of(request.query.begin(), request.query.end(), [](const auto& q) {
                         return has_zero(q.first) || has_zero(q.second);
                     });
    if (bad) return not_valid();
    return {};
}

}  // namespace

Result<void> parse_target(std::string_view target, Request& request) {
    if (target == "*" && request.method == Method::options) return {};
    const auto url = target.starts_with('/') ? boost::urls::parse_origin_form(target)
                                             : boost::urls::parse_absolute_uri(target);
    if (!url || (url->has_scheme() && url->scheme() != "http" && url->scheme() != "https"))
        return not_valid();
    return read(*url, request);
}

}  // namespace croquis::http
