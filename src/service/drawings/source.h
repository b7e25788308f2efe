#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

/// Where a drawing came from, as whoever sends it says: "page", "api", "import".
namespace croquis::service {

inline constexpr std::size_t max_source_bytes = 32;

/// Whether it has 1 to max_source_bytes of a-z, 0-9 and . _ -, and starts with a letter or a digit.
constexpr bool is_source(std::string_view source) {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !source.empty() && source.size() <= max_source_bytes && plain(source.front()) &&
           std::all_of(source.begin(), source.end(),
                       [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
}

}  // namespace croquis::service
