#include "cli/options.h"

#include <string_view>

#include "core/characters.h"
#include "core/number.h"

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
    const auto limit = number<std::size_t>(text);
    return limit && *limit > 0 ? "" : "It is a number from 1 on, not \"" + text + "\"";
}

std::string wrong_share(const std::string& text) {
    const auto share = number<float>(text);
    return share && *share >= 0 && *share <= 1 ? ""
                                               : "It is a number from 0 to 1, not \"" + text + "\"";
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
