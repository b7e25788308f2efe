#pragma once

#include <string>

#include "api/codec/serialisation.h"
#include "service/training/shadow.h"

namespace croquis::api {

/// The contract's Shadow.
std::string shadow_text(const service::Shadow& shadow, const ApiSurface& surface);

}  // namespace croquis::api
