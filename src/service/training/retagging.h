#pragma once

#include <functional>

#include "core/error.h"
#include "service/jobs/work_control.h"
#include "service/models/trunk.h"
#include "store/store.h"

/// Gives stored drawings that nobody reviewed the prediction of the model that is live now.
namespace croquis::service {

struct RetagRequest {
    WorkControl control = {};
    /// Only drawings made since then.
    Timestamp since = {};
    /// The first one stands for all that its model answers in: those without a live model too.
    int project = store::shapes_project;
};

struct Retagged {
    std::string model;  ///< the live one
    std::size_t changed = 0;
    std::size_t by_embedding = 0;  ///< of those, without running the network
    std::vector<Unreadable> unreadable;
    bool superseded = false;  ///< another model became live meanwhile, and the work ended
};

/// In batches of a transaction each, in the order of the drawings' ids: by a matrix product where
/// the embedding is stored and one layer makes the model's answers of it, by the network
/// otherwise. Asked again after it was cut off, it goes on. Reviewed drawings stay as they are, and
/// so do those whose suggestion came with imported data: it is what they were imported for.
/// Errors: those of Trunk::of_live_model; unavailable where it was stopped.
Result<Retagged> retag(store::Store& store, const RetagRequest& request);

}  // namespace croquis::service
