#pragma once

#include <cstddef>
#include <vector>

namespace croquis::learning {

/// The confidence of one prediction, 0…1, and whether it was correct.
struct Answered {
    float confidence = 0;
    bool correct = false;
};

/// A bin of the reliability diagram: mean confidence and accuracy.
struct ReliabilityBin {
    double low = 0;
    double high = 0;
    std::size_t drawings = 0;
    double confidence = 0;  ///< mean
    double accuracy = 0;
};

constexpr std::size_t reliability_bins = 10;  ///< of equal width

std::vector<ReliabilityBin> reliability_of(const std::vector<Answered>& answers);

/// Expected calibration error, 0…1: how far confidence and accuracy lie apart, the bins weighed by
/// their drawings (Guo et al. 2017).
double calibration_error(const std::vector<ReliabilityBin>& bins);

/// What the error of a perfectly calibrated model would be, as it can be measured on so few
/// drawings only.
struct CalibrationByChance {
    double mean = 0;
    double most = 0;  ///< in 95 of 100 samples
};

/// Draws the answers anew from the confidences, as if these were true, many times over (consistency
/// resampling: Bröcker and Smith 2007, Vaicenavicius et al. 2019). Always the same for the same
/// bins.
CalibrationByChance calibration_by_chance(const std::vector<ReliabilityBin>& bins);

}  // namespace croquis::learning
