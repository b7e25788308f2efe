#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "learning/failures.h"
#include "learning/metrics.h"
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
    float temperature = 1;
    float unknown_below = 0;
    std::string calibrated_on;  ///< in words
    std::vector<std::string>
        calibration_ids;  ///< human drawings that the calibration saw: not to be evaluated on
    Measured synthetic;
    std::optional<Measured> human;  ///< of drawings that nothing of the model has seen
    std::string human_source;
};

/// Writes NAME.onnx, NAME.json (what serving reads, and all the figures), NAME.md for people, and
/// the pictures in card/.
Result<void> write_model(const std::filesystem::path& folder, const std::string& onnx,
                         const Card& card);

}  // namespace croquis::learning
