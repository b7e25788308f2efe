#pragma once

#include <algorithm>
#include <string_view>

namespace croquis::http {

/// Without the optional white space around it (RFC 9110 section 5.6.3).
inline std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes the first element, which may be empty, off the front of a list whose elements hold no
/// separator themselves.
inline std::string_view take_first(std::string_view& list, char separator = ',') {
    const auto end = std::min(list.find(separator), list.size());
    const std::string_view first = trim(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    return first;
}

/// The same from the back.
inline std::string_view take_last(std::string_view& list) {
    const auto comma = list.rfind(',');
    const bool is_only = comma == std::string_view::npos;
    const std::string_view last = trim(is_only ? list : list.substr(comma + 1));
    list = is_only ? std::string_view() : list.substr(0, comma);
    return last;
}

}  // namespace croquis::http
