#include "learning/adaptation/gate.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <utility>

#include "learning/adaptation/evidence.h"

namespace croquis::learning {
namespace {

double error_of(std::size_t candidate) {
    const auto n = static_cast<double>(std::max<std::size_t>(candidate, 1));
    return gate_error / (n * (n + 1));
}

/// A drawing on which both models are right, or both wrong, is a half.
Outcomes outcomes_of(const PairedAnswers& answers) {
    return {static_cast<double>(answers.only_candidate),
            static_cast<double>(answers.both + answers.neither),
            static_cast<double>(answers.only_live)};
}

double difference_of(const PairedAnswers& answers) {
    return 2 * outcomes_of(answers).mean() - 1;
}

/// Given how many drawings the models disagree on, the losses are binomial; where the label loses
/// just the margin, they outnumber the wins by that part of its drawings.
bool is_worse(const PairedAnswers& answers) {
    constexpr double error = 0.05;
    const auto differing = static_cast<double>(answers.only_candidate + answers.only_live);
    if (answers.only_live <= answers.only_candidate) return false;
    const double lost_at_margin =
        0.5 + label_margin * static_cast<double>(answers.all()) / (2 * differing);
    if (lost_at_margin >= 1) return false;
    const boost::math::binomial_distribution<> losses(differing, lost_at_margin);
    const auto fewer = static_cast<double>(answers.only_live) - 1;
    return boost::math::cdf(boost::math::complement(losses, fewer)) <= error;
}

}  // namespace

GateResult compare(const PairedAnswers& answers, std::size_t candidate) {
    GateResult result;
    result.answers = answers;
    if (answers.all() == 0) return result;
    const auto outcomes = outcomes_of(answers);
    result.difference = difference_of(answers);
    const auto interval = confidence_sequence(outcomes, error_of(candidate));
    result.low = 2 * interval.low - 1;
    result.high = 2 * interval.high - 1;
    result.p_value =
        std::min(1.0, 2 / std::max(evidence_above(outcomes, 0.5), evidence_below(outcomes, 0.5)));
    const bool decides = result.p_value <= error_of(candidate);
    if (decides) result.verdict = result.difference > 0 ? Verdict::better : Verdict::worse;
    return result;
}

GateResult compare(const std::map<std::string, PairedAnswers>& by_label,
                   std::vector<std::string> lost, std::size_t candidate) {
    PairedAnswers sum;
    std::vector<LabelResult> labels;
    bool any_worse = false;
    for (const auto& [label, answers] : by_label) {
        sum.both += answers.both;
        sum.only_candidate += answers.only_candidate;
        sum.only_live += answers.only_live;
        sum.neither += answers.neither;
        labels.push_back({label, answers, difference_of(answers), is_worse(answers)});
        any_worse |= labels.back().worse;
    }
    auto result = compare(sum, candidate);
    result.labels = std::move(labels);
    result.lost = std::move(lost);
    if (result.verdict == Verdict::better && (any_worse || !result.lost.empty()))
        result.verdict = Verdict::uneven;
    return result;
}

std::size_t drawings_needed(double difference, double disagreement, std::size_t candidate) {
    if (!(difference > 0) || !(disagreement > 0) || difference > disagreement) return 0;
    const double wins = (disagreement + difference) / 2;
    const double losses = (disagreement - difference) / 2;
    const double enough = 2 / error_of(candidate);
    const auto decide = [&](double drawings) {
        const Outcomes expected{drawings * wins, 0, drawings * losses};
        return evidence_above(expected, 0.5) >= enough;
    };
    constexpr double most = 1e9;
    double high = 1;
    while (high < most && !decide(high)) high *= 2;
    if (high >= most) return 0;
    double low = high / 2;
    while (high - low > 0.5) {
        const double middle = (low + high) / 2;
        (decide(middle) ? high : low) = middle;
    }
    return static_cast<std::size_t>(std::ceil(high));
}

}  // namespace croquis::learning
