#pragma once

#include <optional>

#include "core/error.h"
#include "store/store.h"

/// How jobs come into the store.
namespace croquis::service {

/// A job of that kind in the project, to be done at once. `by` is absent for the operator.
store::Job new_job(const char* kind, const std::optional<store::Author>& by, int project);

/// Queues the retagging of what nobody reviewed in the project by the model that answers there.
Result<store::Job> queue_retagging(store::Store& store, const std::optional<store::Author>& by,
                                   int project = store::shapes_project);

}  // namespace croquis::service
