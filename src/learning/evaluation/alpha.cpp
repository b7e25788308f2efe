#include "learning/evaluation/alpha.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>

namespace croquis::learning {
namespace {

constexpr std::size_t alpha_resamples = 1'000;

/// What a unit adds to the sums that alpha is made of.
struct UnitSums {
    std::vector<std::pair<std::size_t, double>> counts;  ///< labels, and how many gave them
    double answers = 0;
    double differing = 0;  ///< pairs of answers that differ, each over one less than the answers
};

UnitSums sums_of(const std::vector<int>& answers) {
    std::vector<int> sorted = answers;
    std::sort(sorted.begin(), sorted.end());
    UnitSums sums;
    for (const int label : sorted) {
        const auto at = static_cast<std::size_t>(label);
        if (sums.counts.empty() || sums.counts.back().first != at) sums.counts.emplace_back(at, 0);
        sums.counts.back().second += 1;
    }
    sums.answers = static_cast<double>(answers.size());
    double same = 0;
    for (const auto& [label, count] : sums.counts) same += count * count;
    sums.differing = (sums.answers * sums.answers - same) / (sums.answers - 1);
    return sums;
}

/// Alpha of some of the units, some of them perhaps several times.
class AlphaSums {
  public:
    explicit AlphaSums(std::size_t labels) : by_label_(labels) {}

    void add(const UnitSums& unit) {
        answers_ += unit.answers;
        differing_ += unit.differing;
        for (const auto& [label, count] : unit.counts) by_label_[label] += count;
    }
    void clear() {
        answers_ = differing_ = 0;
        std::fill(by_label_.begin(), by_label_.end(), 0);
    }
    [[nodiscard]] std::optional<double> alpha() const {
        const double same =
            std::inner_product(by_label_.begin(), by_label_.end(), by_label_.begin(), 0.0);
        const double expected = answers_ * answers_ - same;
        if (expected <= 0) return std::nullopt;
        return 1 - differing_ * (answers_ - 1) / expected;
    }
    [[nodiscard]] double answers() const { return answers_; }
    [[nodiscard]] double differing() const { return differing_; }

  private:
    double answers_ = 0;
    double differing_ = 0;
    std::vector<double> by_label_;
};

/// Of units drawn anew, with some twice and some not at all: Efron 1979.
void add_interval(NominalAlpha& measured, const std::vector<UnitSums>& units, AlphaSums sums) {
    std::mt19937_64 random;  // NOLINT(cert-msc51-cpp): the same figures for the same answers
    std::uniform_int_distribution<std::size_t> any(0, units.size() - 1);
    std::vector<double> alphas;
    for (std::size_t times = 0; times < alpha_resamples; ++times) {
        sums.clear();
        for (std::size_t i = 0; i < units.size(); ++i) sums.add(units[any(random)]);
        if (const auto alpha = sums.alpha()) alphas.push_back(*alpha);
    }
    // Where nearly all answers are the same, many samples have nothing else.
    if (alphas.size() < alpha_resamples * 95 / 100) return;
    std::sort(alphas.begin(), alphas.end());
    measured.low = alphas[alphas.size() * 25 / 1'000];
    measured.high = alphas[alphas.size() * 975 / 1'000];
}

}  // namespace

NominalAlpha nominal_alpha(const std::vector<std::vector<int>>& units) {
    std::vector<UnitSums> paired;
    std::size_t labels = 0;
    for (const auto& answers : units) {
        if (answers.size() < 2) continue;
        paired.push_back(sums_of(answers));
        labels = std::max(labels, paired.back().counts.back().first + 1);
    }
    AlphaSums sums(labels);
    for (const auto& unit : paired) sums.add(unit);
    NominalAlpha measured;
    measured.units = paired.size();
    measured.answers = static_cast<std::size_t>(sums.answers());
    if (paired.empty()) return measured;
    measured.agreed = 1 - sums.differing() / sums.answers();
    measured.alpha = sums.alpha();
    if (measured.alpha && paired.size() >= fewest_units_for_interval)
        add_interval(measured, paired, std::move(sums));
    return measured;
}

}  // namespace croquis::learning
