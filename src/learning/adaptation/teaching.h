#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "learning/evaluation/metrics.h"
#include "recognition/head.h"

/// A head taught on embeddings: multinomial logistic regression with L2 regularisation.
namespace croquis::learning {

/// Embeddings of drawings whose labels people gave.
struct Examples {
    std::size_t width = 0;          ///< numbers in an embedding
    std::vector<float> embeddings;  ///< a row of `width` a drawing
    std::vector<int> labels;        ///< 0…label_count - 1, one a drawing
    std::size_t label_count = 0;

    [[nodiscard]] std::size_t size() const { return labels.size(); }
};

struct TeachingOptions {
    std::size_t folds = 5;
    /// Weights of the squared norm in the loss, of which cross-validation takes the best.
    /// Embeddings are scaled each to a length of 1 first (after SimpleShot, Wang et al. 2019), so
    /// that the numbers mean the same for every trunk; the folds are asked about them as they come.
    std::vector<double> strengths{1e-5, 1e-4, 1e-3, 1e-2};
    /// The strength is chosen on so many examples at most, spread evenly over all.
    std::size_t validation_examples = 2'000;
    /// Part of the right answers that may be refused as unknown, at most.
    double refused = 0.05;
};

/// What is answered of an example by a head that did not learn from it.
struct HeldOutAnswer {
    std::optional<std::size_t> label;  ///< nothing: "unknown"
    float confidence = 0;              ///< of the best label
};

struct TaughtHead {
    recognition::HeadLayer layer;  ///< on embeddings as they come, scaling folded in
    double strength = 0;
    float temperature = 1;  ///< of the logits, fitted on the folds (Guo et al. 2017)
    /// A top confidence under this is answered as "unknown": where it best tells right answers from
    /// strangers, which are examples of a label that the head is made to answer without. With two
    /// labels there are none: it is as high as TeachingOptions::refused lets it be, and 0 where too
    /// few right answers tell how high that is (19 for one in twenty).
    float unknown_below = 0;
    Share right_refused;      ///< right answers that fall below it
    Share strangers_refused;  ///< strangers that do; none where there are but two labels
    /// By label, and of all: cross-validated, each example answered by a head that did not learn
    /// from it.
    std::vector<Share> by_label;
    Share accuracy;
    std::vector<HeldOutAnswer> held_out;  ///< the same answers, as they are given: one an example
};

/// Fewest examples of a label that can be taught.
inline constexpr std::size_t fewest_examples = 3;

/// Deterministic. Errors: invalid ("examples") for fewer than two labels, a label with fewer than
/// fewest_examples, sizes that do not agree or numbers that are not finite; internal where the
/// optimiser fails. Minimised by L-BFGS (Nocedal 1980; liblbfgs).
Result<TaughtHead> teach(const Examples& examples, const TeachingOptions& options = {});

}  // namespace croquis::learning
