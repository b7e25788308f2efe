#pragma once

#include <optional>
#include <string>

#include "service/jobs/work_control.h"
#include "store/store.h"

namespace croquis::service {

/// What is asked of a teaching.
struct TeachRequest {
    std::string by;  ///< who asked: a user's name, or "" for the command line
    WorkControl control = {};
    int project = store::shapes_project;
    /// The job as which it counts where none was queued: added with the model, running, under a
    /// lease of a minute of the owner to_string(id).
    std::optional<store::Job> as = std::nullopt;
};

}  // namespace croquis::service
