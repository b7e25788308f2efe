#include "cli/options.h"

#include <charconv>
#include <string_view>
#include <system_error>

#include "core/characters.h"

namespace croquis::cli {

std::optional<std::string> given(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

Result<std::optional<Timestamp>> moment(const std::string& text, const char* option) {
    if (text.empty()) return std::optional<Timestamp>();
    const bool date = text.size() == std::string_view("2026-01-31").size();
    const auto time = from_rfc3339(date ? text + "T00:00:00Z" : text);
    if (!time)
        return Error{ErrorKind::invalid, "A time is 2026-01-31 or 2026-01-31T12:00:00Z.", option};
    return std::optional(*time);
}

std::string wrong_limit(const std::string& text) {
    std::size_t number = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    const bool right = read.ec == std::errc() && read.ptr == end && number > 0;
    return right ? "" : "It is a number from 1 on, not \"" + text + "\"";
}

std::string wrong_share(const std::string& text) {
    float share = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, share);
    const bool right = read.ec == std::errc() && read.ptr == end && share >= 0 && share <= 1;
    return right ? "" : "It is a number from 0 to 1, not \"" + text + "\"";
}

std::string wrong_text(const std::string& text) {
    return is_utf8(text) ? "" : "It is not text in UTF-8";
}

std::string wrong_mapping(const std::string& pair) {
    const auto equals = pair.find('=');
    const bool right = equals != 0 && equals != std::string::npos && equals + 1 != pair.size();
    return right ? "" : "A mapping is WORD=LABEL, not \"" + pair + "\"";
}

}  // namespace croquis::cli
