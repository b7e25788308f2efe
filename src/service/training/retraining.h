#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "core/error.h"
#include "service/training/candidate.h"
#include "service/training/learnt_then.h"
#include "service/training/remaking.h"
#include "service/training/training_plan.h"
#include "store/store.h"

/// Makes a trained network again from its lineage: whether it is what it says that it is.
namespace croquis::service {

/// What a lineage says that a network was trained from, and how.
struct TrainedLineage {
    TrainingPlan plan;
    std::optional<std::string> begun_with;  ///< a model of the registry
    LearntFrom learnt;
    std::size_t drawings = 0;
    std::string network;                      ///< SHA-256 of the ONNX file, in hexadecimal
    boost::json::object made;                 ///< making_in() of its card
    std::optional<boost::json::object> head;  ///< where one was taught on it: how
};

/// Errors: conflict, with code not_taught where the model was not trained here, with code
/// trained_before where it was, by a program that wrote down too little of how.
Result<TrainedLineage> lineage_of_trained(const store::Model& model);

/// What a card of croquis-train says of the program, its libraries and how it ran: that which a
/// network rests on besides drawings and parameters.
boost::json::object making_in(const std::string& card);

/// The drawings that the network was trained on, as far as they are there.
struct FoundAgain {
    std::vector<DrawingThen> drawings;
    bool same = false;
};
Result<FoundAgain> found_again(store::Store& store, const TrainedLineage& lineage,
                               const RemakeRequest& request);

/// What is known before it is trained again.
Result<Remaking> remaking_of(store::Store& store, const store::Model& model,
                             const TrainedLineage& lineage, const FoundAgain& found);

/// Adds what came of it. Where the registered model is a head on such a network, and the network is
/// the same, the head is taught again too. Errors: those of remake().
Result<void> compare_trained(store::Store& store, const TrainedLineage& lineage,
                             const TrainedNetwork& again, const RemakeRequest& request,
                             Remaking& remaking);

}  // namespace croquis::service
