#include "learning/adaptation/clusters.h"

#include <algorithm>
#include <cmath>

#include "learning/synthesis/random.h"

namespace croquis::learning {
namespace {

constexpr int most_rounds = 10;

/// Directions, a row of `width` numbers each, of length 1.
struct Middles {
    std::size_t width = 0;
    std::vector<float> numbers;

    [[nodiscard]] std::size_t size() const { return numbers.size() / width; }
    [[nodiscard]] float* at(std::size_t i) { return numbers.data() + i * width; }
    [[nodiscard]] const float* at(std::size_t i) const { return numbers.data() + i * width; }
};

float similarity(const PackedRows& rows, std::size_t row, const float* middle) {
    const auto own = rows.row(row);
    float sum = 0;
    for (std::size_t k = 0; k < own.size(); ++k) sum += static_cast<float>(own[k]) * middle[k];
    return sum * rows.inverse_length(row);
}

void add_row(Middles& middles, const PackedRows& rows, std::size_t row) {
    for (const auto number : rows.row(row))
        middles.numbers.push_back(static_cast<float>(number) * rows.inverse_length(row));
}

/// Each next one the likelier the farther it is from those before. Fewer where all others are the
/// same as one of them.
Middles first_middles(const PackedRows& rows, std::size_t count, Random& random) {
    Middles middles{rows.width(), {}};
    add_row(middles, rows,
            static_cast<std::size_t>(random.integer(0, static_cast<int>(rows.size()) - 1)));
    std::vector<float> distances(rows.size(), 4);
    while (middles.size() < count) {
        const float* last = middles.at(middles.size() - 1);
        float farthest = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            // the square of the distance between directions
            const float distance = std::max(0.0F, 2 - 2 * similarity(rows, i, last));
            distances[i] = std::min(distances[i], distance);
            farthest = std::max(farthest, distances[i]);
        }
        constexpr float same = 1e-5F;
        if (farthest < same) break;
        add_row(middles, rows, random.weighted(distances));
    }
    return middles;
}

struct Nearest {
    std::size_t middle = 0;
    float similarity = -2;
};

std::vector<Nearest> assigned(const PackedRows& rows, const Middles& middles) {
    std::vector<Nearest> nearest(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        for (std::size_t j = 0; j < middles.size(); ++j) {
            const float like = similarity(rows, i, middles.at(j));
            if (like > nearest[i].similarity) nearest[i] = {j, like};
        }
    return nearest;
}

/// The direction of the sum of each cluster's rows; a cluster without any keeps its middle.
void move_to_members(Middles& middles, const PackedRows& rows,
                     const std::vector<Nearest>& nearest) {
    Middles sums{middles.width, std::vector<float>(middles.numbers.size())};
    for (std::size_t i = 0; i < nearest.size(); ++i) {
        float* sum = sums.at(nearest[i].middle);
        const auto own = rows.row(i);
        for (std::size_t k = 0; k < own.size(); ++k)
            sum[k] += static_cast<float>(own[k]) * rows.inverse_length(i);
    }
    for (std::size_t j = 0; j < middles.size(); ++j) {
        float square = 0;
        for (std::size_t k = 0; k < middles.width; ++k) square += sums.at(j)[k] * sums.at(j)[k];
        if (!(square > 0)) continue;
        const float scale = 1 / std::sqrt(square);
        for (std::size_t k = 0; k < middles.width; ++k) middles.at(j)[k] = sums.at(j)[k] * scale;
    }
}

bool is_same(const std::vector<Nearest>& a, const std::vector<Nearest>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return x.middle == y.middle; });
}

std::vector<Cluster> listed(const std::vector<Nearest>& nearest, std::size_t count) {
    std::vector<Cluster> clusters(count);
    for (std::size_t i = 0; i < nearest.size(); ++i) clusters[nearest[i].middle].push_back(i);
    std::erase_if(clusters, [](const Cluster& cluster) { return cluster.empty(); });
    for (auto& cluster : clusters)
        std::stable_sort(cluster.begin(), cluster.end(), [&](std::size_t a, std::size_t b) {
            return nearest[a].similarity > nearest[b].similarity;
        });
    std::stable_sort(clusters.begin(), clusters.end(),
                     [](const Cluster& a, const Cluster& b) { return a.size() > b.size(); });
    return clusters;
}

}  // namespace

std::vector<Cluster> clusters_of(const PackedRows& rows, std::size_t count, std::uint64_t seed) {
    if (rows.size() == 0 || count == 0) return {};
    Random random(seed);
    auto middles = first_middles(rows, std::min(count, rows.size()), random);
    auto nearest = assigned(rows, middles);
    for (int round = 1; round < most_rounds; ++round) {
        move_to_members(middles, rows, nearest);
        auto next = assigned(rows, middles);
        const bool settled = is_same(next, nearest);
        nearest = std::move(next);
        if (settled) break;
    }
    return listed(nearest, middles.size());
}

}  // namespace croquis::learning
