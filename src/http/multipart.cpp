#include "http/multipart.h"

#include <algorithm>
#include <boost/beast/http/rfc7230.hpp>

#include "core/text.h"
#include "http/header_list.h"

namespace croquis::http {
namespace {

namespace beast = boost::beast;

constexpr std::size_t max_boundary = 70;  // RFC 2046 section 5.1.1

Error malformed(const char* detail) {
    return {ErrorKind::malformed, detail};
}

/// A header's value before its parameters: "form-data" of `form-data; name="image"`.
std::string_view without_parameters(std::string_view value) {
    return trim(value.substr(0, value.find(';')));
}

/// Browsers write a quote within a quoted string as %22 or \" (RFC 7578 section 4.2).
std::string unquoted(std::string_view value) {
    if (value.size() < 2 || value.front() != '"') return std::string(value);
    value = value.substr(1, value.size() - 2);
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\\' && i + 1 < value.size()) ++i;
        text += value[i];
    }
    return text;
}

std::string parameter(std::string_view value, std::string_view name) {
    const auto semicolon = value.find(';');
    if (semicolon == std::string_view::npos) return {};
    for (const auto& [key, text] : beast::http::param_list(value.substr(semicolon)))
        if (equal_ignoring_case(key, name)) return unquoted(text);
    return {};
}

/// A transport padding of spaces may follow a delimiter (RFC 2046 section 5.1.1).
void skip_padding(std::string_view& rest) {
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
}

Result<void> read_field(std::string_view line, Part& part) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0)
        return malformed("A part of the form has no valid header.");
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    if (equal_ignoring_case(name, "content-type")) part.content_type = value;
    if (!equal_ignoring_case(name, "content-disposition")) return {};
    if (!equal_ignoring_case(without_parameters(value), "form-data"))
        return malformed("A part of the form is no form-data.");
    part.name = parameter(value, "name");
    part.filename = parameter(value, "filename");
    return {};
}

/// Takes one part's header off the front of `rest`.
Result<Part> read_header(std::string_view& rest, const MultipartLimits& limits) {
    Part part;
    part.content_type = "text/plain";
    const std::string_view window = rest.substr(0, limits.max_part_header_bytes);
    for (std::size_t at = 0;;) {
        const auto end = window.find("\r\n", at);
        if (end == std::string_view::npos && rest.size() > window.size())
            return Error{ErrorKind::too_large, "The header of a part of the form is too long."};
        if (end == std::string_view::npos)
            return malformed("A part of the form has no valid header.");
        const std::string_view line = window.substr(at, end - at);
        at = end + 2;
        if (line.empty()) {
            rest.remove_prefix(at);
            break;
        }
        if (const auto read = read_field(line, part); !read) return read.error();
    }
    if (part.name.empty()) return malformed("A part of the form has no name.");
    return part;
}

Result<std::string> boundary_of(std::string_view content_type) {
    if (!equal_ignoring_case(without_parameters(content_type), "multipart/form-data"))
        return Error{ErrorKind::unsupported_media, "The body is no multipart/form-data."};
    std::string boundary = parameter(content_type, "boundary");
    if (boundary.empty() || boundary.size() > max_boundary)
        return malformed("The form's Content-Type states no valid boundary.");
    return boundary;
}

/// Moves `rest` past the first delimiter, which a preamble may precede.
bool skip_preamble(std::string_view& rest, std::string_view delimiter) {
    const std::string_view opening = delimiter.substr(2);
    if (rest.starts_with(opening)) {
        rest.remove_prefix(opening.size());
        return true;
    }
    const auto found = rest.find(delimiter);
    if (found == std::string_view::npos) return false;
    rest.remove_prefix(found + delimiter.size());
    return true;
}

}  // namespace

Result<std::vector<Part>> parse_multipart(std::string_view content_type, std::string_view body,
                                          const MultipartLimits& limits) {
    const auto boundary = boundary_of(content_type);
    if (!boundary) return boundary.error();
    const std::string delimiter = "\r\n--" + *boundary;
    std::string_view rest = body;
    if (!skip_preamble(rest, delimiter))
        return malformed("The form's boundary is not in its body.");
    std::vector<Part> parts;
    while (!rest.starts_with("--")) {
        skip_padding(rest);
        if (!rest.starts_with("\r\n")) return malformed("The form cannot be read.");
        rest.remove_prefix(2);
        if (parts.size() == limits.max_parts)
            return Error{ErrorKind::too_large, "The form has too many fields."};
        auto part = read_header(rest, limits);
        if (!part) return part.error();
        const auto end = rest.find(delimiter);
        if (end == std::string_view::npos) return malformed("The form is cut short.");
        if (end > limits.max_part_bytes)
            return Error{ErrorKind::too_large, "A field of the form is too large.", part->name};
        part->content = rest.substr(0, end);
        rest.remove_prefix(end + delimiter.size());
        parts.push_back(std::move(*part));
    }
    return parts;
}

Result<MultipartReader> MultipartReader::make(std::string_view content_type,
                                              const MultipartLimits& limits) {
    const auto boundary = boundary_of(content_type);
    if (!boundary) return boundary.error();
    return MultipartReader("\r\n--" + *boundary, limits);
}

Result<void> MultipartReader::feed(std::string_view bytes, Sink& sink) {
    held_ += bytes;
    for (;;) {
        const auto went_on = step(sink);
        if (!went_on) return went_on.error();
        if (!*went_on) break;
    }
    held_.erase(0, at_);
    at_ = 0;
    return {};
}

Result<void> MultipartReader::finish() const {
    if (state_ == State::preamble) return malformed("The form's boundary is not in its body.");
    if (state_ != State::epilogue) return malformed("The form is cut short.");
    return {};
}

/// False where more bytes are needed.
Result<bool> MultipartReader::step(Sink& sink) {
    switch (state_) {
        case State::preamble:
            return pass_preamble();
        case State::delimiter:
            return pass_delimiter();
        case State::header:
            return pass_header(sink);
        case State::content:
            return pass_content(sink);
        case State::epilogue:
            at_ = held_.size();
            return false;
    }
    return false;
}

Result<bool> MultipartReader::pass_preamble() {
    const auto found = held_.find(delimiter_, at_);
    if (found == std::string::npos) {
        at_ = std::max(at_, held_.size() - std::min(held_.size(), delimiter_.size() - 1));
        return false;
    }
    at_ = found + delimiter_.size();
    state_ = State::delimiter;
    return true;
}

/// What follows a delimiter: "--" where it was the last, else the end of its line.
Result<bool> MultipartReader::pass_delimiter() {
    std::string_view rest = std::string_view(held_).substr(at_);
    if (rest.size() < 2) return false;
    if (rest.starts_with("--")) {
        state_ = State::epilogue;
        return true;
    }
    skip_padding(rest);
    if (held_.size() - at_ - rest.size() > limits_.max_part_header_bytes)
        return malformed("The form cannot be read.");
    if (rest.size() < 2) return false;
    if (!rest.starts_with("\r\n")) return malformed("The form cannot be read.");
    at_ = held_.size() - rest.size() + 2;
    state_ = State::header;
    return true;
}

Result<bool> MultipartReader::pass_header(Sink& sink) {
    std::string_view rest = std::string_view(held_).substr(at_);
    const auto window = rest.substr(0, limits_.max_part_header_bytes);
    const bool whole =
        window.starts_with("\r\n") || window.find("\r\n\r\n") != std::string_view::npos;
    if (!whole && rest.size() <= limits_.max_part_header_bytes) return false;
    if (++parts_ > limits_.max_parts)
        return Error{ErrorKind::too_large, "The form has too many fields."};
    const auto part = read_header(rest, limits_);
    if (!part) return part.error();
    at_ = held_.size() - rest.size();
    state_ = State::content;
    if (const auto begun = sink.begin(*part); !begun) return begun.error();
    return true;
}

/// All but the last bytes, which may be the beginning of a delimiter.
Result<bool> MultipartReader::pass_content(Sink& sink) {
    const auto found = held_.find(delimiter_, at_);
    const bool whole = found != std::string::npos;
    const auto end =
        whole ? found : std::max(at_, held_.size() - std::min(held_.size(), delimiter_.size() - 1));
    if (end > at_)
        if (const auto taken = sink.take(std::string_view(held_).substr(at_, end - at_)); !taken)
            return taken.error();
    at_ = end;
    if (!whole) return false;
    at_ += delimiter_.size();
    state_ = State::delimiter;
    if (const auto ended = sink.end(); !ended) return ended.error();
    return true;
}

}  // namespace croquis::http
