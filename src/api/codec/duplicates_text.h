#pragma once

#include <string>

#include "api/codec/serialisation.h"
#include "service/duplicates.h"

namespace croquis::api {

/// The contract's Duplicates.
std::string duplicates_text(const service::Duplicates& duplicates, const ApiSurface& surface);

}  // namespace croquis::api
