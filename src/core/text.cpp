#include "core/text.h"

#include <algorithm>
#include <boost/url/grammar/ci_string.hpp>

#include "core/characters.h"

namespace croquis {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view white_space = " \t\r\n\f\v";
    text.remove_prefix(std::min(text.find_first_not_of(white_space), text.size()));
    return text.substr(0, text.find_last_not_of(white_space) + 1);
}

std::string_view without_byte_order_mark(std::string_view text) {
    constexpr std::string_view mark = "\xef\xbb\xbf";
    return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

bool has_control_characters(std::string_view text) {
    return std::any_of(text.begin(), text.end(), is_control);
}

// boost::beast::iequals of Boost 1.81 reads a byte behind texts that differ in case.
bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return boost::urls::grammar::ci_is_equal(a, b);
}

std::string folded(std::string_view name) {
    return lower_case(trimmed(name));
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view several) {
    auto text = std::to_string(number) + ' ';
    return text.append(number == 1 ? one : several);
}

Result<Bytes> from_loose_base64(std::string_view text) {
    if (auto strict = from_base64(text)) return strict;  // nearly always
    constexpr std::string_view white_space = " \t\r\n\f";
    std::string digits;
    digits.reserve(text.size() + 3);
    for (const char c : text) {
        if (white_space.find(c) != std::string_view::npos) continue;
        digits += c == '-' ? '+' : c == '_' ? '/' : c;
    }
    const auto padding = digits.size() - std::min(digits.size(), digits.find_last_not_of('=') + 1);
    if (padding > 2) return Error{ErrorKind::malformed, "The text is not valid base64."};
    digits.resize(digits.size() - padding);
    const std::size_t missing = (4 - digits.size() % 4) % 4;
    if (padding > missing) return Error{ErrorKind::malformed, "The text is not valid base64."};
    digits.append(missing, '=');
    return from_base64(digits);
}

}  // namespace croquis
