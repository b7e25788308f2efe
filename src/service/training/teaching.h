#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <vector>

#include "core/error.h"
#include "learning/adaptation/gate.h"
#include "learning/evaluation/metrics.h"
#include "service/models/trunk.h"
#include "service/training/candidate.h"
#include "service/training/lesson.h"
#include "service/training/teach_request.h"
#include "store/store.h"

/// Teaches a head on what people said of a project's drawings.
namespace croquis::service {

struct Teaching {
    store::Model model;  ///< in the registry, as a candidate
    std::vector<TaughtLabel> labels;
    std::vector<TaughtLabel>
        too_few;                ///< labels with fewer than learning::fewest_examples to learn from
    learning::Share accuracy;   ///< cross-validated, of all that was learnt
    learning::GateResult gate;  ///< against the model that was live, on the judging drawings
    /// Judging drawings that would decide if the difference is what it seems, or two points where
    /// it seems less; 0 where the gate decided.
    std::size_t judging_needed = 0;
    std::vector<Unreadable> unreadable;  ///< drawings left out
};

/// Teaches a head on the embeddings of the network of the model that answers in the project, from
/// all of its reviewed drawings whose tag is a label of it, and adds network and head to the
/// registry as one model, a candidate of the project whose parent is the live model. Stored
/// embeddings are used, missing ones stored. Blocks for seconds: call it from a worker. The same
/// drawings and tags give the same model, which the registry holds once. Errors: invalid
/// ("drawings") where fewer than two labels have enough drawings; not_found where no model is live;
/// unavailable where it was stopped; those of the store and of recognition::with_head.
Result<Teaching> teach(store::Store& store, const TeachRequest& request);

/// Adds the network to the registry, a candidate of the project whose parent is the live model, and
/// compares it with that one as teach() does. Where it does not know all labels of the project, a
/// head is taught on its embeddings, which knows those with enough drawings. Blocks. Errors: those
/// of teach; malformed or invalid where it is no network that can be served.
Result<Teaching> teach_trained(store::Store& store, const TrainedNetwork& trained,
                               const TeachRequest& request);

/// As the API and the command line show it.
boost::json::object to_json(const Teaching& teaching);

}  // namespace croquis::service
