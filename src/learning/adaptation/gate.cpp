#include "learning/adaptation/gate.h"

#include <algorithm>
#include <cmath>

namespace croquis::learning {
namespace {

constexpr double z_two_sided_5 = 1.959963984540054;
constexpr double z_power_80 = 0.8416212335729143;

/// Twice the chance that of `all` fair coins `few` or fewer show heads, at most 1.
double two_sided_binomial(std::size_t few, std::size_t all) {
    double sum = 0;
    const auto n = static_cast<double>(all);
    for (std::size_t k = 0; k <= few; ++k) {
        const auto x = static_cast<double>(k);
        sum += std::exp(std::lgamma(n + 1) - std::lgamma(x + 1) - std::lgamma(n - x + 1) -
                        n * std::log(2.0));
    }
    return std::min(1.0, 2 * sum);
}

}  // namespace

GateResult compare(const PairedAnswers& answers) {
    GateResult result;
    result.answers = answers;
    if (answers.all() == 0) return result;
    const auto n = static_cast<double>(answers.all());
    const auto gained = static_cast<double>(answers.only_candidate);
    const auto lost = static_cast<double>(answers.only_live);
    result.difference = (gained - lost) / n;
    const double adjusted_n = n + 2;
    const double gained_part = (gained + 0.5) / adjusted_n;
    const double lost_part = (lost + 0.5) / adjusted_n;
    const double middle = gained_part - lost_part;
    const double half =
        z_two_sided_5 * std::sqrt((gained_part + lost_part - middle * middle) / adjusted_n);
    result.low = std::max(-1.0, middle - half);
    result.high = std::min(1.0, middle + half);
    result.p_value = two_sided_binomial(std::min(answers.only_candidate, answers.only_live),
                                        answers.only_candidate + answers.only_live);
    if (result.p_value < 0.05 && result.low > 0) result.verdict = Verdict::better;
    if (result.p_value < 0.05 && result.high < 0) result.verdict = Verdict::worse;
    return result;
}

std::size_t drawings_needed(double difference, double disagreement) {
    if (!(difference > 0) || !(disagreement > 0) || difference > disagreement) return 0;
    const double root = z_two_sided_5 * std::sqrt(disagreement) +
                        z_power_80 * std::sqrt(disagreement - difference * difference);
    return static_cast<std::size_t>(std::ceil(root * root / (difference * difference)));
}

}  // namespace croquis::learning
