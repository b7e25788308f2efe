#include "learning/evaluation/drift.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <numeric>

namespace croquis::learning {

Drift drift_between(const std::vector<std::size_t>& reference,
                    const std::vector<std::size_t>& now) {
    Drift drift;
    drift.reference = std::accumulate(reference.begin(), reference.end(), std::size_t{0});
    drift.now = std::accumulate(now.begin(), now.end(), std::size_t{0});
    std::size_t bins = 0;
    for (std::size_t i = 0; i < std::min(reference.size(), now.size()); ++i)
        bins += reference[i] + now[i] > 0 ? 1 : 0;
    if (drift.reference == 0 || drift.now == 0 || bins < 2) return drift;
    const auto n = static_cast<double>(drift.reference);
    const auto m = static_cast<double>(drift.now);
    const auto count = static_cast<double>(bins);
    for (std::size_t i = 0; i < std::min(reference.size(), now.size()); ++i) {
        if (reference[i] + now[i] == 0) continue;
        const double before = (static_cast<double>(reference[i]) + 0.5) / (n + count / 2);
        const double after = (static_cast<double>(now[i]) + 0.5) / (m + count / 2);
        drift.index += (after - before) * std::log(after / before);
    }
    const boost::math::chi_squared_distribution<double> chance(count - 1);
    drift.by_chance = boost::math::quantile(chance, 0.95) * (1 / n + 1 / m);
    return drift;
}

}  // namespace croquis::learning
