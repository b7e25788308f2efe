#pragma once

#include "core/error.h"
#include "learning/training/options.h"

namespace croquis::learning {

/// Does what croquis-train is asked to: trains, measures and writes a model, or measures one that
/// is there. Says on standard output what was found, and on standard error how far it is. Sets the
/// threads of LibTorch for the whole process. sodium_init() must have been called.
/// Errors: invalid (what does not go together; no such source or device), and those of reading
/// people's drawings, of an earlier model and of writing.
Result<void> run(const RunOptions& options);

}  // namespace croquis::learning
