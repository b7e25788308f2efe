#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/error.h"

/// Which passwords there are, and which of them may be chosen.
namespace croquis::identity {

/// Of a password that is chosen, in Unicode code points (OWASP ASVS 4.0.3, 2.1.1 and 2.1.2).
inline constexpr std::size_t min_password_characters = 12;
inline constexpr std::size_t max_password_characters = 128;

/// The one form of a password, however it was typed: PRECIS's OpaqueString (RFC 8265 section 4.2).
/// Blanks of any kind become spaces, and the text takes Unicode's normalization form C, so that "é"
/// is the same as "e" with an accent after it; nothing else changes, neither case nor blanks around
/// it. Without RFC 8264's contextual rules: invisible joiners are always refused, and what depends
/// on its neighbours is always taken. Errors: invalid ("password"), where it is empty, no UTF-8, or
/// has control characters, invisible ones or code points without a meaning.
Result<std::string> prepare_password(std::string_view text);

/// Whether a user of that name may choose this password, a prepared one. Errors: invalid
/// ("password"), where it is too short, too long, the name, or would be guessed soon: common words,
/// names and dates, repetitions, sequences, rows of keys. How soon is zxcvbn's estimate (Wheeler,
/// USENIX Security 2016), of which less than 10^8 guesses are refused.
Result<void> check_new_password(std::string_view name, const std::string& prepared);

}  // namespace croquis::identity
