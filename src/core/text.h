#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/error.h"

/// Text as people and other programs write it.
namespace croquis {

/// Without spaces, tabs and line ends at either end.
std::string_view trimmed(std::string_view text);

/// Without the byte order mark (U+FEFF in UTF-8) that some editors put in front.
std::string_view without_byte_order_mark(std::string_view text);

/// Whether there are control characters (C0, delete), line ends among them.
bool has_control_characters(std::string_view text);

/// Whether two texts differ in small and capital letters (A to Z) at most.
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// Equal for names that are meant to be the same: trimmed, in small letters (A to Z).
std::string folded(std::string_view name);

/// "1 drawing", "2 drawings": so many, and the word for one or for several.
std::string counted(std::uint64_t number, std::string_view one, std::string_view several);

/// Base64 with white space anywhere (RFC 2045 breaks lines), with padding or without, in the
/// alphabet of RFC 4648 section 4 or of section 5. Bits that are left over must be zero. A mistake
/// is ErrorKind::malformed.
Result<Bytes> from_loose_base64(std::string_view text);

}  // namespace croquis
