#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace croquis {

/// The number that the whole of `text` is, in C's decimal form; none where it is anything else.
template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const char* end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data(), end, value);
    if (failed != std::errc() || stop != end) return std::nullopt;
    return value;
}

}  // namespace croquis
