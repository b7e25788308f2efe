#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <vector>

#include "learning/evaluation/reliability.h"
#include "learning/evaluation/share.h"

namespace croquis::learning {

/// A model's prediction of one drawing whose label is known.
struct Outcome {
    std::string id;
    std::string label;      ///< words that are no labels are "unknown"
    std::string predicted;  ///< a label or "unknown"
    float confidence = 0;   ///< of the prediction, 0…1
    std::string hand = {};  ///< whose drawing it is; empty where that is not known
};

struct LabelScore {
    std::string label;
    std::size_t drawings = 0;
    std::size_t predicted = 0;
    double precision = 0;  ///< 0…1; 0 where never predicted
    double recall = 0;     ///< 0…1; 0 where there is no drawing of it
};

struct Report {
    std::vector<std::string> labels;      ///< those met, in the model's order, "unknown" last
    std::size_t shapes = 0;               ///< drawings whose label is a shape
    std::size_t out_of_distribution = 0;  ///< drawings whose label is "unknown"
    Share accuracy;                       ///< of the shapes, strictly
    Share merged_accuracy;         ///< circle = ellipse, square = rectangle, zigzag = squiggle
    Share rejected_ood;            ///< of the out-of-distribution, those answered "unknown"
    Share rejected_shapes;         ///< of the shapes, those answered "unknown"
    double calibration_error = 0;  ///< of the shapes that were not rejected
    std::vector<ReliabilityBin> reliability;
    double calibration_error_all = 0;  ///< of all answers, "unknown" and those to others too
    std::vector<ReliabilityBin> reliability_all;
    std::vector<LabelScore> scores;
    std::vector<std::vector<std::size_t>> confusion;  ///< [label][predicted], by `labels`
    std::vector<Outcome> wrong;                       ///< most confident first
    std::size_t hands = 0;       ///< whose drawings these are, where that is known
    std::size_t of_unknown = 0;  ///< drawings of which it is not known
};

/// The intervals of the shares heed whose drawings they are, as far as that is known
/// (by_hand()): those of one hand are not independent.
Report measure(const std::vector<Outcome>& outcomes, const std::vector<std::string>& label_order);

boost::json::object to_json(const Report& report);
/// Tables for a terminal of 100 columns. What no drawing tells is left out, or "-".
std::string to_text(const Report& report);
/// "95.1 %", or "-" of nothing: for a label's precision and recall.
std::string precision_text(const LabelScore& score);
std::string recall_text(const LabelScore& score);
/// The confusion matrix and a reliability diagram, each an SVG element.
std::string confusion_svg(const Report& report);
std::string reliability_svg(const std::vector<ReliabilityBin>& bins);

}  // namespace croquis::learning
