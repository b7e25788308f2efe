#include "clusters.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace croquis::bench {
namespace {

constexpr int rounds = 8;

class KMeans {
  public:
    KMeans(const LabelledSet& set, const std::vector<std::size_t>& which, std::size_t count,
           std::uint64_t seed)
        : width_(set.width), n_(which.size()), random_(seed) {
        for (const std::size_t i : which) add_unit(set.row(i));
        nearest_.assign(n_, 0);
        distance_.assign(n_, std::numeric_limits<float>::infinity());
        begin(std::min(count, n_));
        for (int round = 0; round < rounds; ++round) {
            move_middles();
            assign();
        }
    }

    /// Indices into `which`, by cluster.
    [[nodiscard]] std::vector<std::vector<std::size_t>> members() const {
        std::vector<std::vector<std::size_t>> of(middles_.size() / width_);
        for (std::size_t i = 0; i < n_; ++i) of[nearest_[i]].push_back(i);
        std::erase_if(of, [](const auto& members) { return members.empty(); });
        for (auto& each : of)
            std::sort(each.begin(), each.end(),
                      [this](std::size_t a, std::size_t b) { return distance_[a] < distance_[b]; });
        return of;
    }

  private:
    void add_unit(const float* row) {
        float length = 0;
        for (std::size_t k = 0; k < width_; ++k) length += row[k] * row[k];
        length = length > 0 ? std::sqrt(length) : 1;
        for (std::size_t k = 0; k < width_; ++k) points_.push_back(row[k] / length);
    }

    [[nodiscard]] float apart(std::size_t point, std::size_t middle) const {
        const float* a = points_.data() + point * width_;
        const float* b = middles_.data() + middle * width_;
        float sum = 0;
        for (std::size_t k = 0; k < width_; ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
        return sum;
    }

    void consider(std::size_t middle) {
        for (std::size_t i = 0; i < n_; ++i)
            if (const float far = apart(i, middle); far < distance_[i]) {
                distance_[i] = far;
                nearest_[i] = middle;
            }
    }

    void begin(std::size_t count) {
        for (std::size_t c = 0; c < count; ++c) {
            std::discrete_distribution<std::size_t> far(distance_.begin(), distance_.end());
            const std::size_t first = c == 0 ? random_() % n_ : far(random_);
            const auto row = points_.begin() + static_cast<std::ptrdiff_t>(first * width_);
            middles_.insert(middles_.end(), row, row + static_cast<std::ptrdiff_t>(width_));
            consider(c);
        }
    }

    void move_middles() {
        std::vector<std::size_t> counts(middles_.size() / width_);
        std::vector<float> sums(middles_.size());
        for (std::size_t i = 0; i < n_; ++i) {
            ++counts[nearest_[i]];
            for (std::size_t k = 0; k < width_; ++k)
                sums[nearest_[i] * width_ + k] += points_[i * width_ + k];
        }
        for (std::size_t c = 0; c < counts.size(); ++c)
            for (std::size_t k = 0; k < width_ && counts[c] > 0; ++k)
                middles_[c * width_ + k] = sums[c * width_ + k] / static_cast<float>(counts[c]);
    }

    void assign() {
        distance_.assign(n_, std::numeric_limits<float>::infinity());
        for (std::size_t c = 0; c < middles_.size() / width_; ++c) consider(c);
    }

    std::size_t width_;
    std::size_t n_;
    std::mt19937_64 random_;
    std::vector<float> points_;
    std::vector<float> middles_;
    std::vector<std::size_t> nearest_;
    std::vector<float> distance_;
};

}  // namespace

std::vector<std::vector<std::size_t>> clusters_of(const LabelledSet& set,
                                                  const std::vector<std::size_t>& which,
                                                  std::size_t count, std::uint64_t seed) {
    if (which.empty() || count == 0) return {};
    auto found = KMeans(set, which, count, seed).members();
    for (auto& members : found)
        for (auto& member : members) member = which[member];
    return found;
}

}  // namespace croquis::bench
