#pragma once

#include <optional>
#include <string>

#include "core/error.h"
#include "core/time.h"

/// How the commands read what is given with an option.
namespace croquis::cli {

/// Nothing for an empty text.
std::optional<std::string> given(const std::string& text);

/// A date (the start of the day in UTC) or a moment in RFC 3339, nothing for an empty text. Errors:
/// invalid (`option`).
Result<std::optional<Timestamp>> moment(const std::string& text, const char* option);

/// CLI11's way to check a number from 1 on: what is wrong with it, or an empty text.
std::string wrong_limit(const std::string& text);

/// CLI11's way to check a share, from 0 to 1: what is wrong with it, or an empty text. CLI::Range
/// takes "nan" for one.
std::string wrong_share(const std::string& text);

/// CLI11's way to check what is stored or told as text: what is wrong with it, or an empty text.
std::string wrong_text(const std::string& text);

/// CLI11's way to check WORD=LABEL: what is wrong with it, or an empty text.
std::string wrong_mapping(const std::string& pair);

}  // namespace croquis::cli
