#include "learning/adaptation/reference.h"

#include <algorithm>
#include <cmath>

namespace croquis::learning {
namespace {

constexpr std::size_t tenths = 10;
/// From so many on, five in a hundred samples of what is alike seem to differ, as they should.
constexpr std::size_t fewest_in_reference = 100;

struct Moments {
    std::vector<double> mean;
    std::vector<double> variance;
    double least = 0;  ///< a variance under this is none
};

Moments moments_of(std::span<const float> rows, std::size_t width) {
    const auto count = rows.size() / width;
    const auto n = static_cast<double>(count);
    Moments moments{std::vector<double>(width), std::vector<double>(width)};
    for (std::size_t i = 0; i < rows.size(); ++i)
        moments.mean[i % width] += static_cast<double>(rows[i]) / n;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const double off = static_cast<double>(rows[i]) - moments.mean[i % width];
        moments.variance[i % width] += off * off / (n - 1);
    }
    for (const double each : moments.variance)
        moments.least += each / static_cast<double>(width) * 1e-6;
    moments.least += 1e-12;
    return moments;
}

/// The mean square, in standard deviations, from the middle of the `n` - 1 others.
double distance_from_others(const float* row, const Moments& moments, double n) {
    double sum = 0;
    for (std::size_t k = 0; k < moments.mean.size(); ++k) {
        const double off = static_cast<double>(row[k]) - moments.mean[k];
        const double from_others = off * n / (n - 1);
        const double variance = ((n - 1) * moments.variance[k] - off * off * n / (n - 1)) / (n - 2);
        sum += from_others * from_others / std::max(variance, moments.least);
    }
    return sum / static_cast<double>(moments.mean.size());
}

double distance_to(const float* row, const EmbeddingReference& reference) {
    double sum = 0;
    for (std::size_t k = 0; k < reference.mean.size(); ++k) {
        const double off = static_cast<double>(row[k]) - static_cast<double>(reference.mean[k]);
        const auto spread = static_cast<double>(reference.spread[k]);
        sum += off * off / (spread * spread);
    }
    return sum / static_cast<double>(reference.mean.size());
}

void count_in(const std::vector<float>& edges, double far, std::vector<std::size_t>& counts) {
    const auto edge = std::upper_bound(edges.begin(), edges.end(), static_cast<float>(far));
    ++counts[static_cast<std::size_t>(edge - edges.begin())];
}

}  // namespace

EmbeddingReference embedding_reference(std::span<const float> rows, std::size_t width) {
    const std::size_t count = rows.size() / width;
    if (count < fewest_in_reference) return {};
    const auto moments = moments_of(rows, width);
    std::vector<double> far;
    for (std::size_t i = 0; i < count; ++i)
        far.push_back(
            distance_from_others(rows.data() + i * width, moments, static_cast<double>(count)));
    auto ascending = far;
    std::sort(ascending.begin(), ascending.end());
    EmbeddingReference reference;
    for (std::size_t k = 0; k < width; ++k) {
        reference.mean.push_back(static_cast<float>(moments.mean[k]));
        reference.spread.push_back(
            static_cast<float>(std::sqrt(std::max(moments.variance[k], moments.least))));
    }
    for (std::size_t tenth = 1; tenth < tenths; ++tenth)
        reference.edges.push_back(static_cast<float>(ascending[tenth * count / tenths]));
    reference.counts.resize(tenths);
    for (const double each : far) count_in(reference.edges, each, reference.counts);
    return reference;
}

std::vector<std::size_t> counts_by(const EmbeddingReference& reference,
                                   std::span<const float> rows) {
    std::vector<std::size_t> counts(reference.edges.size() + 1);
    const std::size_t width = reference.mean.size();
    for (std::size_t i = 0; width > 0 && i + width <= rows.size(); i += width)
        count_in(reference.edges, distance_to(rows.data() + i, reference), counts);
    return counts;
}

}  // namespace croquis::learning
