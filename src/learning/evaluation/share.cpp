#include "learning/evaluation/share.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/students_t.hpp>

namespace croquis::learning {
namespace {

constexpr double tail = 0.025;

double squared(double value) {
    return value * value;
}

double students_t(double degrees) {
    return boost::math::quantile(boost::math::complement(boost::math::students_t(degrees), tail));
}

/// How much more the part varies from hand to hand than it would if each drawing were by another.
double design_effect(const std::vector<Share>& hands, const Share& of_unknown, const Share& sum,
                     double groups) {
    const auto drawings = static_cast<double>(sum.all);
    const double part = sum.part();
    const auto off = [&](const Share& hand) {
        return static_cast<double>(hand.some) - part * static_cast<double>(hand.all);
    };
    const auto right = static_cast<double>(of_unknown.some);
    double squares =
        right * squared(1 - part) + (static_cast<double>(of_unknown.all) - right) * squared(part);
    for (const auto& hand : hands) squares += squared(off(hand));
    const double between = groups / (groups - 1) * squares / squared(drawings);
    return between / (part * (1 - part) / (drawings - 1));
}

}  // namespace

double Share::part() const {
    return all == 0 ? 0 : static_cast<double>(some) / static_cast<double>(all);
}

Interval Share::interval() const {
    const auto n = worth ? *worth : static_cast<double>(all);
    if (n <= 0) return {};
    using Binomial = boost::math::binomial_distribution<double>;
    const auto k = worth ? part() * n : static_cast<double>(some);
    return {Binomial::find_lower_bound_on_p(n, k, tail),
            Binomial::find_upper_bound_on_p(n, k, tail)};
}

std::string to_text(const Interval& interval) {
    return fmt::format("{:5.1f} to {:5.1f} %", 100 * interval.low, 100 * interval.high);
}

std::string to_text(const Share& share) {
    return fmt::format("{:5.1f} % ({})", 100 * share.part(), to_text(share.interval()));
}

Share by_hand(const std::vector<Share>& hands, const Share& of_unknown) {
    Share sum{of_unknown.some, of_unknown.all};
    std::size_t groups = of_unknown.all;
    for (const auto& hand : hands) {
        sum.some += hand.some;
        sum.all += hand.all;
        groups += hand.all > 0 ? 1 : 0;
    }
    if (groups == sum.all) return sum;  // a drawing each
    sum.worth = 0;
    if (groups < 2) return sum;
    const auto drawings = static_cast<double>(sum.all);
    const auto all_hands = static_cast<double>(groups);
    const bool varies = sum.some > 0 && sum.some < sum.all;
    const double effect = varies ? design_effect(hands, of_unknown, sum, all_hands) : 1;
    const double fewer = squared(students_t(drawings - 1) / students_t(all_hands - 1));
    sum.worth = effect > 0 ? std::min(drawings, drawings / effect * fewer) : drawings;
    return sum;
}

}  // namespace croquis::learning
