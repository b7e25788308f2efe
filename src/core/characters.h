#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What the characters of a text are. Letters are those of ASCII, whatever the locale.
namespace croquis {

/// Whether `text` is UTF-8 (RFC 3629): without surrogates, overlong forms or parts of a character.
bool is_utf8(std::string_view text);

/// Of the character of UTF-8 that `text` begins with; 0 where it begins with none.
std::size_t bytes_of_first(std::string_view text);

/// The longest beginning of UTF-8 text that has at most so many bytes and ends between characters.
std::string_view truncate_utf8(std::string_view text, std::size_t bytes);

/// `text` with U+FFFD in the place of each byte that is no part of UTF-8.
std::string to_utf8(std::string_view text);

bool is_ascii(std::string_view text);

/// A control character of ASCII: C0, line ends among them, or delete.
constexpr bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// A to Z as a to z; whatever else as it is.
constexpr char lower_case(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string lower_case(std::string_view text);

}  // namespace croquis
