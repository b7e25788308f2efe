#pragma once

#include <cstddef>
#include <string_view>

#include "core/error.h"

namespace croquis::recognition {

/// Bytes of a label's name.
inline constexpr std::size_t max_label_bytes = 64;

/// What a label may be called, wherever it comes from: a person, a model's card, imported data. An
/// address and a folder can carry it. Errors: invalid ("name").
Result<void> check_label_name(std::string_view name);

}  // namespace croquis::recognition
