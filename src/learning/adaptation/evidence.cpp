#include "learning/adaptation/evidence.h"

#include <array>
#include <cmath>

namespace croquis::learning {
namespace {

constexpr std::size_t bets = 48;
constexpr int halvings = 50;

/// Parts of what is there that are put at stake, small ones more densely, for small differences.
std::array<double, bets> stakes() {
    std::array<double, bets> all{};
    for (std::size_t i = 0; i < bets; ++i) {
        const double part = static_cast<double>(i + 1) / bets;
        all[i] = 0.99 * part * part;
    }
    return all;
}

/// The point between low and high where a test that holds at low holds no more.
template <class Holds>
double edge(double low, double high, const Holds& holds) {
    for (int i = 0; i < halvings; ++i) {
        const double middle = (low + high) / 2;
        (holds(middle) ? low : high) = middle;
    }
    return (low + high) / 2;
}

}  // namespace

double evidence_above(const Outcomes& outcomes, double mean) {
    static const auto all = stakes();
    double sum = 0;
    for (const double stake : all) {
        const double gain = stake / mean;
        sum += std::exp(outcomes.ones * std::log1p(gain * (1 - mean)) +
                        outcomes.halves * std::log1p(gain * (0.5 - mean)) +
                        outcomes.zeros * std::log1p(-stake));
    }
    return sum / static_cast<double>(bets);
}

double evidence_below(const Outcomes& outcomes, double mean) {
    return evidence_above({outcomes.zeros, outcomes.halves, outcomes.ones}, 1 - mean);
}

/// The evidence against a mean falls steadily as the mean nears the outcomes' own.
Interval confidence_sequence(const Outcomes& outcomes, double alpha) {
    const double enough = 2 / alpha;  // a half of alpha on each side
    Interval interval;
    interval.low =
        edge(0, 1, [&](double mean) { return evidence_above(outcomes, mean) >= enough; });
    interval.high =
        edge(1, 0, [&](double mean) { return evidence_below(outcomes, mean) >= enough; });
    return interval;
}

}  // namespace croquis::learning
