#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "learning/adaptation/teaching.h"
#include "learning/evaluation/metrics.h"
#include "recognition/recognizer.h"
#include "service/jobs/work_control.h"
#include "service/models/trunk.h"
#include "store/store.h"

/// What a teaching learns from: a project's reviewed drawings, as a network sees them.
namespace croquis::service {

/// A reviewed drawing, as the trunk sees it.
struct Reviewed {
    Uuid id;
    std::string tag;
    bool judges = false;     ///< kept back
    bool may_judge = false;  ///< kept back, and its review did not depend on the live model
    std::vector<float> embedding;
    std::string live_tag;      ///< what the live model answers; empty where it is not known yet
    std::string new_tag = {};  ///< what a trained network answers by itself
    float new_confidence = 0;
};

/// What a model can answer: its labels, and "unknown" where it refuses what it is unsure of.
std::set<std::string> possible_answers(const recognition::ModelInfo& model);

/// The labels that both the project and the live model know.
std::vector<std::string> known_labels(const std::set<std::string>& used,
                                      const recognition::ModelInfo& live);

/// Reviewed drawings with a label of the project, in the order of their ids; those whose embedding
/// by the trunk is not stored come without. Blocks. Errors: those of the store.
Result<std::vector<Reviewed>> reviewed_drawings(store::Store& store, const Trunk& trunk,
                                                int project);

/// Lets the network look at drawings that lack an embedding, or an answer of the live model by
/// which it is judged. Takes out those that are gone; returns those that cannot be read. Blocks.
/// Errors: those of look_at_all().
Result<std::vector<Unreadable>> fill_in(store::Store& store, Trunk& trunk,
                                        std::vector<Reviewed>& drawings,
                                        const WorkControl& control);

/// Lets another network look at all drawings: its embeddings take the place of those there.
/// Blocks. Errors: those of look_at_all().
Result<void> look_anew(store::Store& store, Trunk& network, std::vector<Reviewed>& drawings,
                       const WorkControl& control);

/// A label that people gave, and what came of it.
struct TaughtLabel {
    std::string label;
    std::size_t learnt = 0;    ///< drawings that the head learnt from
    std::size_t judging = 0;   ///< drawings kept back of which the review may judge
    learning::Share accuracy;  ///< cross-validated on what was learnt
    std::size_t given = 0;  ///< drawings that people gave it; those not learnt from are kept back
};

/// The labels taught, in the project's alphabet, and the examples by their indices.
struct Lesson {
    std::vector<TaughtLabel> labels;
    std::vector<TaughtLabel> too_few;
    learning::Examples examples;
    Sha256 digest{};  ///< of ids and tags, which names the data set
    Timestamp as_of;  ///< when the drawings were read
};

/// Errors: that of too_few_labels().
Result<Lesson> lesson_of(const std::vector<Reviewed>& drawings);

/// A head taught on the lesson's examples. Writes what its cross-validation says into the lesson's
/// labels. Errors: those of learning::teach.
Result<learning::TaughtHead> taught_head(Lesson& lesson);

/// Says that fewer than two labels have enough drawings.
Error too_few_labels();

/// How many are right, of how many, and the interval of the part.
boost::json::object share_json(const learning::Share& share);
/// As lineages and the results of jobs have them.
boost::json::array labels_json(const std::vector<TaughtLabel>& labels);

}  // namespace croquis::service
