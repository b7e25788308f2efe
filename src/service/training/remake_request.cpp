#include "service/training/remake_request.h"

#include <algorithm>
#include <array>

namespace croquis::service {
namespace {

/// Where in the whole work the steps of RemakeStep begin, and the last one ends.
constexpr std::array step_begins{0.0, 0.1, 0.4, 0.8, 0.95};

}  // namespace

double RemakeProgress::part() const {
    const auto index = static_cast<std::size_t>(step);
    const double from = step_begins[index];
    if (all == 0) return from;
    return from +
           (step_begins[index + 1] - from) * static_cast<double>(done) / static_cast<double>(all);
}

void RemakeRequest::tell(RemakeStep step, std::size_t done, std::size_t all) const {
    if (progress) progress({step, std::min(done, all), all});
}

}  // namespace croquis::service
