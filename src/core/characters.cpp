#include "core/characters.h"

#include <utf8proc.h>

#include <algorithm>

namespace croquis {

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::size_t bytes_of_first(std::string_view text) {
    utf8proc_int32_t point = 0;
    const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &point);
    return used > 0 ? static_cast<std::size_t>(used) : 0;
}

bool is_utf8(std::string_view text) {
    if (is_ascii(text)) return true;  // most is
    while (!text.empty()) {
        const auto used = bytes_of_first(text);
        if (used == 0) return false;
        text.remove_prefix(used);
    }
    return true;
}

std::string to_utf8(std::string_view text) {
    constexpr std::string_view replacement = "\xef\xbf\xbd";
    std::string good;
    good.reserve(text.size());
    while (!text.empty()) {
        const auto used = bytes_of_first(text);
        good += used == 0 ? replacement : text.substr(0, used);
        text.remove_prefix(used == 0 ? 1 : used);
    }
    return good;
}

std::string_view truncate_utf8(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0U) == 0x80) --bytes;
    return text.substr(0, bytes);
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) c = lower_case(c);
    return lower;
}

}  // namespace croquis
