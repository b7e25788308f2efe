#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "learning/evaluation/reliability.h"

namespace croquis::learning {

/// A model's prediction of one drawing whose label is known.
struct Outcome {
    std::string id;
    std::string label;      ///< words that are no labels are "unknown"
    std::string predicted;  ///< a label or "unknown"
    float confidence = 0;   ///< of the prediction, 0…1
};

struct LabelScore {
    std::string label;
    std::size_t drawings = 0;
    std::size_t predicted = 0;
    double precision = 0;  ///< 0…1; 0 where never predicted
    double recall = 0;     ///< 0…1; 0 where there is no drawing of it
};

/// Between what a part lies of which one sees a sample only: 95 of 100 such intervals hold the true
/// part (exact: Clopper and Pearson 1934).
struct Interval {
    double low = 0;
    double high = 1;
};

/// Some of all drawings.
struct Share {
    std::size_t some = 0;
    std::size_t all = 0;

    [[nodiscard]] double part() const;        ///< 0…1; 0 of nothing
    [[nodiscard]] Interval interval() const;  ///< all of 0…1 where there is nothing
};

/// In per cent: " 76.8 to  94.4 %".
std::string to_text(const Interval& interval);

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
};

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
