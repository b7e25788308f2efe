#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "learning/evaluation/failures.h"
#include "learning/evaluation/metrics.h"
#include "learning/training/calibration.h"
#include "learning/training/few_shot.h"
#include "learning/training/making.h"

namespace croquis::learning {

struct Measured {
    Report report;
    std::vector<Misclassified> failures;  ///< most sure first
};

/// How it did on the drawings of one source that were kept from training.
struct SourceMeasured {
    std::string source;
    Measured measured;
    Calibration calibration;  ///< fitted without this source
};

struct Counts {
    std::size_t learnt = 0;
    std::size_t judged = 0;
    std::size_t doubtful = 0;  ///< of those that judge, nobody has looked whether it is a shape
};

/// What the model card says. Its figures are measured or come from the drawings' files; what a
/// set's licence is, what the model is for and where its limits are known to be is written in the
/// program.
struct ModelCard {
    std::string name;
    Making made;
    std::int64_t multiply_accumulates = 0;
    std::size_t categories = 0;  ///< of the wide classifier
    Calibration calibration;
    std::map<std::string, Calibration> without;  ///< by source: fitted without those of its origin
    std::map<std::string, float> activations;    ///< the largest that each tensor became, by name
    std::map<std::string, Counts> counts;        ///< of people's drawings, by source
    /// Drawings learnt from, not to be evaluated on: ids of strokes, fingerprints of pictures.
    std::vector<std::string> learnt;
    std::vector<std::string> unseen;  ///< categories of which nothing was learnt
    std::vector<SourceMeasured> sources;
    Measured people;  ///< all the sources together, each as it stands in `sources`
    std::vector<FewShot> few_shot;
    Measured synthetic;
    Measured careful;
    boost::json::object measured = {};  ///< program_now(), where it was not measured when trained
};

}  // namespace croquis::learning
