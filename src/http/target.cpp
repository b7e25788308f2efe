#include "http/target.h"

#include <algorithm>
#include <boost/url.hpp>

#include "core/characters.h"
#include "http/refusals.h"

namespace croquis::http {
namespace {

/// Text that both databases take and that an answer can repeat.
bool is_text(std::string_view decoded) {
    return decoded.find('\0') == std::string_view::npos && is_utf8(decoded);
}

Error no_text(std::string_view field) {
    return error_of(refusals::address_not_text, std::string(field));
}

bool holds_dots(std::string_view segment) {
    while (true) {
        const auto end = std::min(segment.find_first_of("/\\"), segment.size());
        const std::string_view piece = segment.substr(0, end);
        const std::string_view name = piece.substr(0, piece.find(';'));
        if (name == "." || name == "..") return true;
        if (end == segment.size()) return false;
        segment.remove_prefix(end + 1);
    }
}

Result<void> read(const boost::urls::url_view& url, Request& request) {
    for (auto segment : url.segments()) request.segments.push_back(std::move(segment));
    for (auto parameter : url.params())
        request.query.emplace_back(std::move(parameter.key), std::move(parameter.value));
    if (!std::all_of(request.segments.begin(), request.segments.end(), is_text))
        return no_text("path");
    for (const auto& [name, value] : request.query) {
        if (!is_text(name)) return no_text("query");
        if (!is_text(value)) return no_text(name);
    }
    return {};
}

/// What an absolute target names is the host, whatever Host says (RFC 9112 section 3.2.2), and from
/// here on the target is the path.
Result<void> to_origin_form(Request& request) {
    const std::string target = request.target;
    const auto url = boost::urls::parse_absolute_uri(target);
    if (!url || (url->scheme() != "http" && url->scheme() != "https") || url->has_userinfo() ||
        url->encoded_host().empty())
        return error_of(refusals::address_not_valid);
    for (auto& [name, value] : request.headers)
        if (name == "host") value = std::string(url->encoded_host_and_port());
    const std::string path(url->encoded_target());
    request.target = path.starts_with('/') ? path : '/' + path;
    return {};
}

void take_off(std::string_view base_path, std::string& target) {
    if (base_path.empty() || !target.starts_with(base_path)) return;
    const char next = target.size() > base_path.size() ? target[base_path.size()] : '\0';
    if (next != '/' && next != '?' && next != '\0') return;
    target.erase(0, base_path.size());
    if (next != '/') target.insert(0, 1, '/');
}

}  // namespace

bool has_dot_segment(const Request& request) {
    return std::any_of(request.segments.begin(), request.segments.end(), holds_dots);
}

Result<void> parse_target(Request& request, std::string_view base_path) {
    if (request.target == "*" && request.method == Method::options) return {};
    if (!request.target.starts_with('/'))
        if (const auto known = to_origin_form(request); !known) return known.error();
    take_off(base_path, request.target);
    const auto url = boost::urls::parse_origin_form(request.target);
    if (!url) return error_of(refusals::address_not_valid);
    return read(*url, request);
}

}  // namespace croquis::http
