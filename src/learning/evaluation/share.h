#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace croquis::learning {

/// Between what a part lies of which one sees a sample only: 95 of 100 such intervals hold the true
/// part (exact: Clopper and Pearson 1934).
struct Interval {
    double low = 0;
    double high = 1;
};

/// Some of all drawings.
struct Share {
    std::size_t some = 0;
    std::size_t all = 0;
    /// How many drawings, each by another hand, would tell as much as these; 0 where these tell
    /// nothing of other hands. Not set: every drawing counts for itself.
    std::optional<double> worth = std::nullopt;

    [[nodiscard]] double part() const;        ///< 0…1; 0 of nothing
    [[nodiscard]] Interval interval() const;  ///< all of 0…1 where there is nothing
};

/// In per cent: " 76.8 to  94.4 %".
std::string to_text(const Interval& interval);
/// With its interval: " 87.5 % ( 76.8 to  94.4 %)".
std::string to_text(const Share& share);

/// The sum of these shares, each of which is the drawings of one hand, as a share that says how
/// much it is worth. `of_unknown` is drawings of which it is not known whose they are: each
/// counts as of a hand of its own.
///
/// The worth is that of Korn and Graubard ("Confidence intervals for proportions with small
/// expected number of positive counts estimated from survey data", Survey Methodology 24, 1998),
/// from which Clopper and Pearson's interval follows: the drawings divided by the design effect
/// (Kish 1965), which is how much more the share varies from hand to hand than by chance, and fewer
/// again by Student's t where the hands are few. Where all hands show the same of 0 or 1, nothing
/// varies, and t alone says how little few hands tell. Never more than there are drawings.
Share by_hand(const std::vector<Share>& hands, const Share& of_unknown);

}  // namespace croquis::learning
