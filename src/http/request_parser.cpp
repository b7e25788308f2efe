#include "http/request_parser.h"

#include <algorithm>
#include <boost/beast/http/error.hpp>
#include <boost/url/authority_view.hpp>
#include <optional>
#include <utility>

#include "core/characters.h"
#include "core/text.h"

namespace croquis::http {
namespace {

namespace beast = boost::beast;
using HttpError = beast::http::error;

/// "0", and two line ends. Beast 1.81 asserts that it is called with as much once it has seen the
/// "0"; whatever ends a chunked body has as much.
constexpr std::size_t last_chunk_size = 5;

/// A chunk's size line, the extensions of all chunks together or the trailers may grow to this;
/// nothing of them is used.
constexpr std::size_t max_chunk_overhead = std::size_t{16} * 1024;

std::optional<Method> method_of(beast::http::verb verb) {
    switch (verb) {
        case beast::http::verb::get:
            return Method::get;
        case beast::http::verb::head:
            return Method::head;
        case beast::http::verb::post:
            return Method::post;
        case beast::http::verb::put:
            return Method::put;
        case beast::http::verb::patch:
            return Method::patch;
        case beast::http::verb::delete_:
            return Method::delete_;
        case beast::http::verb::options:
            return Method::options;
        default:
            return std::nullopt;
    }
}

/// Whether the header that `data` begins with has a folded line (RFC 9112 section 5.2). Others may
/// read it as two fields or as one, so it is refused as the RFC allows.
bool has_folded_line(std::string_view data) {
    const std::string_view header = data.substr(0, data.find("\r\n\r\n"));
    return header.find("\r\n ") != std::string_view::npos ||
           header.find("\r\n\t") != std::string_view::npos;
}

}  // namespace

RequestParser::RequestParser(Request& request, const ServerLimits& limits, BodyBudget& budget)
    : request_(request), limits_(limits), budget_(budget) {
    header_limit(static_cast<std::uint32_t>(limits.max_header_bytes));
    body_limit(boost::none);  // it is the route's, see limit_body()
}

/// Before a request line an empty line is to be ignored (RFC 9112 section 2.2). Returns whether the
/// buffer is the first half of one, which the parser would refuse.
bool RequestParser::skip_empty_lines(beast::flat_buffer& buffer) {
    if (request_line_read_) return false;
    const auto text = [&buffer] {
        const auto data = buffer.cdata();
        return std::string_view(static_cast<const char*>(data.data()), data.size());
    };
    while (header_bytes_ < limits_.max_header_bytes && text().starts_with("\r\n")) {
        buffer.consume(2);
        header_bytes_ += 2;
    }
    return text() == "\r";
}

RequestParser::Progress RequestParser::feed_header(beast::flat_buffer& buffer) {
    error_code failed;
    if (skip_empty_lines(buffer)) return Progress::need_header;
    const std::string_view data(static_cast<const char*>(buffer.cdata().data()), buffer.size());
    if (has_folded_line(data)) {
        failed = HttpError::bad_obs_fold;
        return refused_for(failed);
    }
    // The parser waits for the whole header before it reads the request line.
    request_line_fits_ = data.substr(0, limits_.max_header_bytes).find("\r\n") != data.npos;
    const std::size_t used = put(buffer.data(), failed);
    buffer.consume(used);
    header_bytes_ += used;
    const bool incomplete = failed == HttpError::need_more;
    const std::size_t total = header_bytes_ + (incomplete ? buffer.size() + 1 : 0);
    if ((!failed || incomplete) && total > limits_.max_header_bytes)
        failed = HttpError::header_limit;
    if (failed && failed != HttpError::need_more) return refused_for(failed);
    if (incomplete) return Progress::need_header;
    eager(true);
    return is_done() ? Progress::done : Progress::need_body;
}

RequestParser::Progress RequestParser::limit_body(std::uint64_t most) {
    body_limit(most);
    if (const auto announced = content_length(); !announced || *announced <= most)
        return Progress::need_body;
    return refused_for(HttpError::body_limit);
}

std::string RequestParser::take_part() {
    std::string part = std::exchange(request_.body, {});
    budget_.give_back(std::exchange(reserved_, 0));
    return part;
}

RequestParser::Progress RequestParser::feed_body(beast::flat_buffer& buffer) {
    if (buffer.size() < wanted_) return Progress::need_body;
    error_code failed;
    buffer.consume(put(buffer.data(), failed));
    wanted_ = failed == HttpError::need_more && chunked() ? last_chunk_size : 1;
    if (failed == HttpError::need_more && buffer.size() > max_chunk_overhead)
        failed = HttpError::bad_chunk;
    if (failed && failed != HttpError::need_more) return refused_for(failed);
    return is_done() ? Progress::done : Progress::need_body;
}

void RequestParser::refuse(const Refusal& refusal, error_code& failed) {
    refusal_ = &refusal;
    failed = HttpError::bad_value;
}

RequestParser::Progress RequestParser::refused_for(const error_code& failed) {
    if (refusal_ != nullptr) return Progress::refused;
    if (failed == HttpError::body_limit)
        refusal_ = &refusals::body_too_large;
    else if (failed == HttpError::header_limit && !request_line_fits_)
        refusal_ = &refusals::address_too_long;
    else if (failed == HttpError::header_limit)
        refusal_ = &refusals::header_too_large;
    else
        refusal_ = &refusals::request_not_http;
    return Progress::refused;
}

Response RequestParser::refusal() const {
    return problem_of(*refusal_);
}

void RequestParser::on_request_impl(verb method, string_view, string_view target, int version,
                                    error_code& failed) {
    request_line_read_ = true;
    version_ = version;
    request_.target = target;
    const auto known = method_of(method);
    if (!known) return refuse(refusals::method_unknown, failed);
    request_.method = *known;
}

void RequestParser::on_field_impl(field name, string_view name_text, string_view value,
                                  error_code& failed) {
    if (is_header_done()) return;  // a trailer
    read_known_field(name, value, failed);
    if (!failed) request_.headers.emplace_back(lower_case(name_text), value);
}

void RequestParser::read_known_field(field name, string_view value, error_code& failed) {
    switch (name) {
        case field::host:
            ++hosts_;
            read_host(value, failed);
            return;
        case field::content_length:
            if (++lengths_ > 1 || value.find(',') != string_view::npos)
                failed = HttpError::multiple_content_length;
            return;
        case field::transfer_encoding:
            has_transfer_coding_ = true;
            if (!equal_ignoring_case(value, "chunked"))
                refuse(refusals::transfer_coding_unknown, failed);
            return;
        case field::content_encoding:
            if (!equal_ignoring_case(value, "identity")) refuse(refusals::body_compressed, failed);
            return;
        case field::expect:
            expects_continue_ = equal_ignoring_case(value, "100-continue");
            if (!expects_continue_) refuse(refusals::expectation_unknown, failed);
            return;
        default:
            return;
    }
}

/// A host with or without a port (RFC 9110 section 7.2); an http address without one is none
/// (section 4.2.1).
void RequestParser::read_host(string_view value, error_code& failed) {
    const auto authority = boost::urls::parse_authority({value.data(), value.size()});
    const bool valid = authority && !authority->has_userinfo() &&
                       !authority->encoded_host().empty() &&
                       (!authority->has_port() || authority->port().empty() ||
                        authority->port_number() != 0 || authority->port() == "0");
    if (!valid) refuse(refusals::host_not_valid, failed);
}

void RequestParser::on_header_impl(error_code& failed) {
    if (hosts_ > 1 || (hosts_ == 0 && version_ == 11))
        return refuse(refusals::not_one_host, failed);
    if (has_transfer_coding_ && (version_ == 10 || lengths_ > 0))
        failed = HttpError::bad_transfer_encoding;
}

bool RequestParser::reserve(std::size_t bytes, error_code& failed) {
    if (!budget_.take(bytes)) {
        refuse(refusals::too_many_bodies, failed);
        return false;
    }
    reserved_ += bytes;
    return true;
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) {
    // At most what limit_body() lets pass.
    if (length && !in_parts_) request_.body.reserve(static_cast<std::size_t>(*length));
}

std::size_t RequestParser::on_body_impl(string_view bytes, error_code& failed) {
    // What came counts, not what was announced: announcing costs a sender nothing.
    if (!reserve(bytes.size(), failed)) return 0;
    request_.body.append(bytes);
    return bytes.size();
}

/// Within a quoted text Beast lets any byte pass. A proxy that ends a line at a bare line feed
/// would find another request here.
void RequestParser::on_chunk_header_impl(std::uint64_t, string_view extensions,
                                         error_code& failed) {
    extension_bytes_ += extensions.size();
    if (extension_bytes_ > max_chunk_overhead ||
        std::any_of(extensions.begin(), extensions.end(),
                    [](char c) { return is_control(c) && c != '\t'; }))
        failed = HttpError::bad_chunk_extension;
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, string_view bytes,
                                              error_code& failed) {
    return on_body_impl(bytes, failed);
}

}  // namespace croquis::http
