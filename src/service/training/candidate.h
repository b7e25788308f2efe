#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "learning/adaptation/teaching.h"
#include "recognition/recognizer.h"
#include "service/models/trunk.h"
#include "service/training/lesson.h"
#include "service/training/teach_request.h"
#include "store/store.h"

/// What a teaching or a training makes: a model with card and lineage, as the registry takes it.
namespace croquis::service {

/// Network and head together, checked, as the registry takes it.
struct Candidate {
    store::Model model;
    Bytes onnx;
    recognition::ModelInfo info;
};

/// A head on the trunk's network. Errors: those of recognition::with_head and read_network.
Result<Candidate> candidate_of(const Trunk& trunk, const Lesson& lesson,
                               const learning::TaughtHead& head, const TeachRequest& request);

/// A network that was trained on a project's drawings, but none of those that judge.
struct TrainedNetwork {
    Bytes onnx;
    std::string card;  ///< JSON
    boost::json::object lineage;
};

/// The network as the registry would have it. Errors: malformed or invalid where it is none that
/// can be served.
Result<Trunk> trunk_of(const TrainedNetwork& trained, const std::string& parent,
                       const TeachRequest& request);

/// What becomes of a trained network: itself, or where it does not know every label, a head on it.
struct TrainedCandidate {
    Candidate candidate;
    std::optional<learning::TaughtHead> head;
};

/// `names` are the labels in use. Writes what a head's cross-validation says into the lesson.
/// Errors: those of taught_head() and candidate_of().
Result<TrainedCandidate> trained_candidate(const Trunk& network, const std::set<std::string>& names,
                                           const std::vector<Reviewed>& drawings, Lesson& lesson,
                                           const TrainedNetwork& trained,
                                           const TeachRequest& request);

}  // namespace croquis::service
