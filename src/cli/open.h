#pragma once

#include <memory>

#include "cli/config.h"
#include "core/metrics.h"
#include "store/store.h"

namespace croquis::cli {

/// The store that a one-shot command works on, with as few connections as will do.
Result<std::unique_ptr<store::Store>> open_quietly(const Config& config, Metrics& metrics);

}  // namespace croquis::cli
