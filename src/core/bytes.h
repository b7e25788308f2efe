#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace croquis {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

inline BytesView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(BytesView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

using Sha256 = std::array<std::uint8_t, 32>;

/// SHA-256 (FIPS 180-4). Thread-safe.
Sha256 sha256(BytesView data);

/// Lower-case hexadecimal.
std::string to_hex(BytesView data);
Result<Bytes> from_hex(std::string_view text);

/// Base64 (RFC 4648 section 4, padded). Decoding accepts neither white space nor a missing pad; a
/// mistake is ErrorKind::malformed.
std::string to_base64(BytesView data);
Result<Bytes> from_base64(std::string_view text);

/// Base64url without padding (RFC 4648 section 5), as JWT and cursors use it.
std::string to_base64url(BytesView data);
Result<Bytes> from_base64url(std::string_view text);

/// `count` bytes from the system's generator. Thread-safe.
Bytes random_bytes(std::size_t count);

}  // namespace croquis
