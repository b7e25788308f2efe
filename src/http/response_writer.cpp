#include "http/response_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <charconv>
#include <limits>
#include <optional>

#include "core/text.h"
#include "http/header_list.h"
#include "http/refusals.h"

namespace croquis::http {
namespace {

/// Weak comparison against a list of entity tags (RFC 9110 section 13.1.2).
bool lists_tag(std::string_view list, std::string_view tag) {
    if (trim(list) == "*") return true;
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    while (!list.empty()) {
        std::string_view one = take_first(list);
        if (one.starts_with("W/")) one.remove_prefix(2);
        if (one == tag) return true;
    }
    return false;
}

std::optional<std::size_t> number(std::string_view text) {
    std::size_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || end != text.data() + text.size()) return std::nullopt;
    if (failed == std::errc::result_out_of_range) return std::numeric_limits<std::size_t>::max();
    if (failed != std::errc{}) return std::nullopt;
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
    if (!equal_ignoring_case(header.substr(0, 6), "bytes=") ||
        header.find(',') != std::string_view::npos)
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

/// What describes the body goes with it.
void drop_body(Response& response) {
    std::erase_if(response.headers, [](const auto& h) {
        return equal_ignoring_case(h.first, "Content-Type") ||
               equal_ignoring_case(h.first, "Content-Encoding");
    });
    response.body.clear();
    response.shared_body.reset();
    response.range.reset();
}

void apply_range(const Request& request, const std::string& tag, Response& response) {
    const auto header = request.header("range");
    if (header.empty()) return;
    const auto if_range = request.header("if-range");
    // A weak tag never says that the bytes are the same (RFC 9110 section 13.1.5).
    if (!if_range.empty() && (if_range != tag || tag.starts_with("W/"))) return;
    const std::size_t size = body_of(response).size();
    Range range;
    switch (parse_range(header, size, range)) {
        case RangeAsk::none:
            return;
        case RangeAsk::unsatisfiable:
            response = problem_of(refusals::range_outside);
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
    const std::string* etag = response.header("ETag");
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

/// Adds to a list that the handler may have begun.
void add_to_list(Response& response, const char* name, const char* value) {
    const std::string* list = response.header(name);
    response.set(name, list == nullptr || list->empty() ? value : *list + ", " + value);
}

/// "request_id" as a problem's last member. A request id holds nothing that JSON would escape.
void add_request_id(const Request& request, Response& response) {
    if (!response.is_problem || !response.body.ends_with('}')) return;
    response.body.pop_back();
    response.body.append(",\"request_id\":\"").append(request.request_id).append("\"}");
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

ResponseWriter::ResponseWriter(const ServerOptions& options)
    : allowed_origins_(options.allowed_origins),
      security_{{"X-Content-Type-Options", "nosniff"},
                {"Referrer-Policy", "no-referrer"},
                {"X-Frame-Options", "DENY"},
                {"Cross-Origin-Resource-Policy",
                 options.allowed_origins.empty() ? "same-origin" : "cross-origin"}},
      page_security_{{"Cross-Origin-Opener-Policy", "same-origin"}} {
    if (!options.content_security_policy.empty())
        page_security_.emplace_back("Content-Security-Policy", options.content_security_policy);
}

void ResponseWriter::apply_cors(const Request& request, Response& response) const {
    if (allowed_origins_.empty()) return;
    add_to_list(response, "Vary", "Origin");
    const auto origin = request.header("origin");
    if (std::find(allowed_origins_.begin(), allowed_origins_.end(), origin) ==
        allowed_origins_.end())
        return;
    response.set("Access-Control-Allow-Origin", std::string(origin));
    response.set("Access-Control-Expose-Headers",
                 "ETag, Location, Retry-After, X-Request-ID, Idempotency-Replayed");
    if (request.method != Method::options ||
        request.header("access-control-request-method").empty())
        return;
    response.set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE");
    response.set(
        "Access-Control-Allow-Headers",
        "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Withdrawal-Token, "
        "X-Request-ID");
    response.set("Access-Control-Max-Age", "600");
}

void ResponseWriter::finish(const Request& request, Response& response) const {
    apply_conditions(request, response);
    apply_cors(request, response);
    add_request_id(request, response);
}

void ResponseWriter::write_header(const Request& request, const Response& response,
                                  const Line& about, std::string& out) const {
    const auto reason = boost::beast::http::obsolete_reason(
        boost::beast::http::int_to_status(static_cast<unsigned>(response.status)));
    out.clear();
    out.append("HTTP/1.1 ").append(fmt::format_int(response.status).c_str());
    out.append(" ").append(reason).append("\r\nServer: croquis\r\n");
    line(out, "Date", about.date);
    if (response.stream != nullptr && !about.http_1_0)
        line(out, "Transfer-Encoding", "chunked");
    else if (response.stream == nullptr && response.status != 204 && response.status != 304)
        line(out, "Content-Length", fmt::format_int(body_of(response).size()).c_str());
    for (const auto& [name, value] : response.headers) line(out, name, value);
    for (const auto& [name, value] : security_)
        if (response.header(name) == nullptr) line(out, name, value);
    const std::string* type = response.header("Content-Type");
    if (type != nullptr && type->starts_with("text/html"))
        for (const auto& [name, value] : page_security_)
            if (response.header(name) == nullptr) line(out, name, value);
    line(out, "X-Request-ID", request.request_id);
    if (!about.keep_alive)
        out.append("Connection: close\r\n");
    else if (about.http_1_0)
        out.append("Connection: keep-alive\r\n");
    out.append("\r\n");
}

}  // namespace croquis::http
