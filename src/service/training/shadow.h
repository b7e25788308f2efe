#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "learning/evaluation/metrics.h"
#include "service/jobs/work_control.h"
#include "store/store.h"

/// What a model that is not live would answer, beside what the live one answered.
namespace croquis::service {

/// Drawings that both are asked about: the newest of the project.
inline constexpr std::size_t most_shadowed = 2'000;
/// Of those, the newest that a network is run over, and how long it may take.
inline constexpr std::size_t most_run_over = 500;
inline constexpr std::chrono::minutes longest_run{2};
/// Drawings about which they disagree that are given, the newest.
inline constexpr std::size_t most_disagreements = 24;

struct Disagreement {
    store::Drawing drawing;  ///< with the live model's answer as its prediction
    std::string tag;         ///< what the other one says
    float confidence = 0;
};

struct Shadow {
    std::string model;
    std::string live;
    learning::Share agreement;                      ///< how often both say the same
    std::map<std::string, learning::Share> labels;  ///< by what the live one says
    double microseconds = 0;   ///< for the model's answer to a drawing, with reading it where a
                               ///< network was run
    std::size_t left_out = 0;  ///< drawings that the live one predicted and the other was to answer
    std::vector<Disagreement> disagreements;
};

/// Asks the model's last layer about stored embeddings, so that nobody who draws waits for it, and
/// stores nothing. Blocks for some milliseconds: call it from a worker. Errors: not_found (the
/// model, in this project; a live one); conflict (code other_network) where the two models do not
/// share the network that gives the embeddings, or the model has more than one layer behind it;
/// those of the store.
Result<Shadow> shadow_of(store::Store& store, int project, const std::string& model);

struct ShadowRun {
    std::string model;
    int project = store::shapes_project;
    WorkControl control = {};
    /// After so long no more drawings are begun with, and the rest is left out.
    std::chrono::milliseconds longest = longest_run;
};

/// The same of any model of the project, whatever its network: where no stored embedding tells its
/// answer, the network is run over the drawing, and the embedding that it gives is stored. Blocks
/// for seconds, at most for about `longest`. Errors: not_found, as above; unavailable where it was
/// stopped; those of recognition::load_recognizer and of the store.
Result<Shadow> shadow_by_network(store::Store& store, const ShadowRun& run);

/// As the command line shows it and a job keeps it: drawings are named by their ids.
boost::json::object to_json(const Shadow& shadow);

/// What a job of the project found of this model. Disagreements about drawings that are gone, or
/// that another model has predicted since, are left out of the list. Errors: not_found where no
/// such job came to an end; those of the store.
Result<Shadow> shadow_found_by(store::Store& store, int project, const std::string& model,
                               const Uuid& job);

}  // namespace croquis::service
