#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "learning/failures.h"
#include "learning/metrics.h"
#include "learning/train/calibration.h"
#include "learning/train/training.h"

namespace croquis::learning {

struct Measured {
    Report report;
    std::vector<Failure> failures;  ///< most sure first
};

/// All that the model card says; nothing in it is typed by hand.
struct Card {
    std::string name;
    TrainingOptions training;
    TrainingResult result;
    std::int64_t multiply_accumulates = 0;
    Calibration calibration;
    std::map<std::string, float> activations;  ///< the largest that each tensor became, by name
    std::string people_source;            ///< file name of the drawings learnt from; may be empty
    float people_share = 0;               ///< of the samples while the learning rate falls
    std::size_t judges = 0;               ///< networks that judged what they had not learnt from
    std::vector<std::string> people_ids;  ///< drawings learnt from: not to be evaluated on
    Measured synthetic;
    Measured careful;
    std::optional<Measured> crossed;  ///< people's drawings learnt from, by the judges
    std::optional<Measured> human;    ///< of drawings that nothing of the model has seen
    std::string human_source;
};

/// Writes NAME.onnx, NAME.json (what serving reads, and all the figures), NAME.md for people, and
/// the pictures in card/.
Result<void> write_model(const std::filesystem::path& folder, const std::string& onnx,
                         const Card& card);

}  // namespace croquis::learning
