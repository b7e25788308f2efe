#include "learning/adaptation/neighbours.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace croquis::learning {
namespace {

/// 16-bit products summed in 32 bits, which compilers vectorise.
std::int32_t dot(const std::int8_t* a, const std::int8_t* b, std::size_t width) {
    std::int32_t sum = 0;
    for (std::size_t k = 0; k < width; ++k) sum += std::int32_t{a[k]} * std::int32_t{b[k]};
    return sum;
}

/// How likely each label is for a drawing, by its neighbours: a row of `label_count` numbers.
std::vector<float> votes_of(const PackedRows& rows, const std::vector<int>& labels,
                            std::size_t label_count) {
    std::vector<float> votes(rows.size() * label_count);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        float* own = votes.data() + i * label_count;
        float sum = 0;
        for (const auto& neighbour : nearest(rows, i, asked_neighbours)) {
            const float weight = std::max(neighbour.similarity, 0.0F);
            own[labels[neighbour.row]] += weight;
            sum += weight;
        }
        for (std::size_t j = 0; j < label_count && sum > 0; ++j) own[j] /= sum;
    }
    return votes;
}

/// How likely a label is, on average, for drawings that have it; above 1 where it has too few.
std::vector<float> usual_votes(const std::vector<float>& votes, const std::vector<int>& labels,
                               std::size_t label_count) {
    std::vector<float> sums(label_count);
    std::vector<std::size_t> counts(label_count);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const auto label = static_cast<std::size_t>(labels[i]);
        sums[label] += votes[i * label_count + label];
        ++counts[label];
    }
    for (std::size_t j = 0; j < label_count; ++j)
        sums[j] = counts[j] < fewest_to_suspect ? 2 : sums[j] / static_cast<float>(counts[j]);
    return sums;
}

}  // namespace

void PackedRows::add(std::span<const std::int8_t> row) {
    const auto square = static_cast<float>(dot(row.data(), row.data(), width_));
    numbers_.insert(numbers_.end(), row.begin(), row.begin() + static_cast<std::ptrdiff_t>(width_));
    inverse_lengths_.push_back(square > 0 ? 1 / std::sqrt(square) : 0);
}

float PackedRows::similarity(std::size_t a, std::size_t b) const {
    return static_cast<float>(
               dot(numbers_.data() + a * width_, numbers_.data() + b * width_, width_)) *
           inverse_lengths_[a] * inverse_lengths_[b];
}

std::vector<Neighbour> nearest(const PackedRows& rows, std::size_t row, std::size_t count) {
    std::vector<Neighbour> all;
    all.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (i != row) all.push_back({i, rows.similarity(row, i)});
    const auto some = all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size()));
    std::partial_sort(all.begin(), some, all.end(), [](const Neighbour& a, const Neighbour& b) {
        return a.similarity != b.similarity ? a.similarity > b.similarity : a.row < b.row;
    });
    all.erase(some, all.end());
    return all;
}

std::vector<Suspect> suspects_among(const PackedRows& rows, const std::vector<int>& labels,
                                    std::size_t label_count) {
    const auto votes = votes_of(rows, labels, label_count);
    const auto usual = usual_votes(votes, labels, label_count);
    std::vector<Suspect> suspects;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const float* own = votes.data() + i * label_count;
        const auto given = static_cast<std::size_t>(labels[i]);
        std::size_t best = given;
        for (std::size_t j = 0; j < label_count; ++j)
            if (own[j] >= usual[j] && own[j] > own[best]) best = j;
        if (best != given && usual[given] <= 1)
            suspects.push_back({i, static_cast<int>(best), own[best], own[given]});
    }
    std::stable_sort(suspects.begin(), suspects.end(), [](const Suspect& a, const Suspect& b) {
        return a.suggest - a.given > b.suggest - b.given;
    });
    return suspects;
}

}  // namespace croquis::learning
