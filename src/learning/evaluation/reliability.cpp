#include "learning/evaluation/reliability.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace croquis::learning {
namespace {

std::size_t drawings_in(const std::vector<ReliabilityBin>& bins) {
    return std::accumulate(
        bins.begin(), bins.end(), std::size_t{0},
        [](std::size_t sum, const ReliabilityBin& bin) { return sum + bin.drawings; });
}

}  // namespace

std::vector<ReliabilityBin> reliability_of(const std::vector<Answered>& answers) {
    std::vector<ReliabilityBin> bins(reliability_bins);
    for (std::size_t b = 0; b < bins.size(); ++b) {
        bins[b].low = static_cast<double>(b) / reliability_bins;
        bins[b].high = static_cast<double>(b + 1) / reliability_bins;
    }
    for (const auto& answer : answers) {
        auto& bin = bins[std::min(bins.size() - 1,
                                  static_cast<std::size_t>(answer.confidence * reliability_bins))];
        ++bin.drawings;
        bin.confidence += static_cast<double>(answer.confidence);
        bin.accuracy += answer.correct ? 1 : 0;
    }
    for (auto& bin : bins) {
        if (bin.drawings == 0) continue;
        bin.confidence /= static_cast<double>(bin.drawings);
        bin.accuracy /= static_cast<double>(bin.drawings);
    }
    return bins;
}

double calibration_error(const std::vector<ReliabilityBin>& bins) {
    double apart = 0;
    for (const auto& bin : bins)
        apart += static_cast<double>(bin.drawings) * std::abs(bin.confidence - bin.accuracy);
    return apart / std::max(1.0, static_cast<double>(drawings_in(bins)));
}

CalibrationByChance calibration_by_chance(const std::vector<ReliabilityBin>& bins) {
    if (drawings_in(bins) == 0) return {};
    constexpr std::size_t times = 2'000;
    std::mt19937_64 random;  // NOLINT(cert-msc51-cpp): the same figures for the same drawings
    std::vector<ReliabilityBin> drawn = bins;
    std::vector<double> errors;
    errors.reserve(times);
    while (errors.size() < times) {
        for (auto& bin : drawn) {
            if (bin.drawings == 0) continue;
            std::binomial_distribution<std::size_t> right(bin.drawings,
                                                          std::min(1.0, bin.confidence));
            bin.accuracy = static_cast<double>(right(random)) / static_cast<double>(bin.drawings);
        }
        errors.push_back(calibration_error(drawn));
    }
    std::sort(errors.begin(), errors.end());
    return {std::accumulate(errors.begin(), errors.end(), 0.0) / times, errors[times * 95 / 100]};
}

}  // namespace croquis::learning
