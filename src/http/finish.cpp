#include "http/finish.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <charconv>
#include <optional>

namespace croquis::http {
namespace {

const std::string* find(const Response& response, std::string_view name) {
    const auto found = std::find_if(response.headers.begin(), response.headers.end(),
                                    [&](const auto& h) { return h.first == name; });
    return found == response.headers.end() ? nullptr : &found->second;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// Weak comparison against a list of entity tags (RFC 9110 section 13.1.2).
bool lists_tag(std::string_view list, std::string_view tag) {
    if (trim(list) == "*") return true;
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        std::string_view one = trim(list.substr(0, comma));
        if (one.starts_with("W/")) one.remove_prefix(2);
        if (one == tag) return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

std::optional<std::size_t> number(std::string_view text) {
    std::size_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || failed != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

struct Range {
    std::size_t first = 0;
    std::size_t last = 0;  ///< inclusive
};

enum class RangeAsk { none, satisfiable, unsatisfiable };

/// A single byte range; several ranges, or what is not understood, is answered whole as the RFC
/// allows.
RangeAsk parse_range(std::string_view header, std::size_t size, Range& range) {
    if (!header.starts_with("bytes=") || header.find(',') != std::string_view::npos)
        return RangeAsk::none;
    header.remove_prefix(6);
    const auto dash = header.find('-');
    if (dash == std::string_view::npos) return RangeAsk::none;
    const auto first = number(header.substr(0, dash));
    const auto last = number(header.substr(dash + 1));
    if (first) {
        if (!last && dash + 1 != header.size()) return RangeAsk::none;
        if (last && *last < *first) return RangeAsk::none;
        if (*first >= size) return RangeAsk::unsatisfiable;
        range = {*first, last ? std::min(*last, size - 1) : size - 1};
        return RangeAsk::satisfiable;
    }
    if (!last || dash != 0) return RangeAsk::none;
    if (*last == 0 || size == 0) return RangeAsk::unsatisfiable;
    range = {size - std::min(*last, size), size - 1};
    return RangeAsk::satisfiable;
}

void drop_body(Response& response) {
    response.body.clear();
    response.shared_body.reset();
    response.range.reset();
}

void apply_range(const Request& request, const std::string& tag, Response& response) {
    const auto header = request.header("range");
    if (header.empty()) return;
    const auto if_range = request.header("if-range");
    if (!if_range.empty() && if_range != tag) return;
    const std::size_t size = body_of(response).size();
    Range range;
    switch (parse_range(header, size, range)) {
        case RangeAsk::none:
            return;
        case RangeAsk::unsatisfiable:
            response = problem_with_status(
                416, {ErrorKind::invalid, "The range lies outside of the data.", "Range"});
            response.set("Content-Range", fmt::format("bytes */{}", size));
            return;
        case RangeAsk::satisfiable:
            response.status = 206;
            response.set("Content-Range",
                         fmt::format("bytes {}-{}/{}", range.first, range.last, size));
            response.range = {range.first, range.last - range.first + 1};
    }
}

void apply_conditions(const Request& request, Response& response) {
    const std::string* etag = find(response, "ETag");
    if (etag == nullptr || response.status != 200) return;
    if (request.method != Method::get && request.method != Method::head) return;
    const std::string tag = *etag;
    const auto none_match = request.header("if-none-match");
    if (!none_match.empty() && lists_tag(none_match, tag)) {
        response.status = 304;
        drop_body(response);
        return;
    }
    response.set("Accept-Ranges", "bytes");
    if (request.method == Method::get) apply_range(request, tag, response);
}

void apply_cors(const Request& request, const ServerOptions& options, Response& response) {
    if (options.allowed_origins.empty()) return;
    response.set("Vary", "Origin");
    const auto origin = request.header("origin");
    const auto& allowed = options.allowed_origins;
    if (origin.empty() || std::find(allowed.begin(), allowed.end(), origin) == allowed.end())
        return;
    response.set("Access-Control-Allow-Origin", std::string(origin));
    response.set("Access-Control-Expose-Headers",
                 "ETag, Location, Retry-After, X-Request-ID, Idempotency-Replayed");
    if (request.method == Method::options &&
        !request.header("access-control-request-method").empty()) {
        response.set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE");
        response.set(
            "Access-Control-Allow-Headers",
            "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, X-Request-ID");
        response.set("Access-Control-Max-Age", "600");
    }
}

void apply_security(const ServerOptions& options, Response& response) {
    response.set("X-Content-Type-Options", "nosniff");
    const std::string* type = find(response, "Content-Type");
    if (type == nullptr || !type->starts_with("text/html")) return;
    response.set("Content-Security-Policy", options.content_security_policy);
    response.set("X-Frame-Options", "DENY");
    response.set("Referrer-Policy", "no-referrer");
    response.set("Cross-Origin-Opener-Policy", "same-origin");
}

bool splits(std::string_view value) {
    return value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

void line(std::string& out, std::string_view name, std::string_view value) {
    if (splits(name) || splits(value)) return;
    out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

BytesView body_of(const Response& response) {
    const BytesView whole =
        response.shared_body ? BytesView(*response.shared_body) : as_bytes(response.body);
    return response.range ? whole.subspan(response.range->first, response.range->second) : whole;
}

void finish_response(const Request& request, const ServerOptions& options, Response& response) {
    apply_conditions(request, response);
    apply_cors(request, options, response);
    apply_security(options, response);
}

void write_header(const Request& request, const Response& response, std::string_view date,
                  bool keep_alive, std::string& out) {
    const auto reason = boost::beast::http::obsolete_reason(
        boost::beast::http::int_to_status(static_cast<unsigned>(response.status)));
    out.clear();
    out.append("HTTP/1.1 ")
        .append(std::to_string(response.status))
        .append(" ")
        .append(reason)
        .append("\r\n");
    line(out, "Date", date);
    line(out, "Server", "croquis");
    if (response.status != 204 && response.status != 304)
        line(out, "Content-Length", std::to_string(body_of(response).size()));
    for (const auto& [name, value] : response.headers) line(out, name, value);
    line(out, "X-Request-ID", request.request_id);
    line(out, "Connection", keep_alive ? "keep-alive" : "close");
    out.append("\r\n");
}

}  // namespace croquis::http
