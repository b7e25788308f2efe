#include "learning/adaptation/teaching.h"

#include <fmt/format.h>
#include <lbfgs.h>

#include <algorithm>
#include <cmath>
#include <dnnl.hpp>
#include <limits>
#include <numeric>
#include <span>

namespace croquis::learning {
namespace {

constexpr float no_confidence_above = 0.5F;  ///< unknown_below never passes it
constexpr int most_steps = 200;

/// Row-major: c = a * b, or with the transposes that are asked for.
void multiply(bool transpose_a, bool transpose_b, std::size_t rows, std::size_t columns,
              std::size_t inner, const float* a, const float* b, float* c) {
    const auto m = static_cast<dnnl_dim_t>(rows);
    const auto n = static_cast<dnnl_dim_t>(columns);
    const auto k = static_cast<dnnl_dim_t>(inner);
    dnnl::sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, 1.0F, a,
                transpose_a ? m : k, b, transpose_b ? k : n, 0.0F, c, n);
}

/// Examples moved to a mean of 0 and scaled to a root mean square length of 1.
struct Scaled {
    std::vector<float> rows;
    std::vector<float> mean;
    float scale = 1;
};

Scaled scaled(const Examples& examples) {
    const std::size_t n = examples.size();
    const std::size_t width = examples.width;
    std::vector<double> sums(width, 0);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = 0; k < width; ++k)
            sums[k] += static_cast<double>(examples.embeddings[i * width + k]);
    Scaled out;
    out.rows = examples.embeddings;
    for (const double sum : sums)
        out.mean.push_back(static_cast<float>(sum / static_cast<double>(n)));
    double squares = 0;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = 0; k < width; ++k) {
            float& number = out.rows[i * width + k];
            number -= out.mean[k];
            squares += static_cast<double>(number) * static_cast<double>(number);
        }
    if (squares > 0)
        out.scale = static_cast<float>(1 / std::sqrt(squares / static_cast<double>(n)));
    for (float& number : out.rows) number *= out.scale;
    return out;
}

/// Weights and biases in one row, as the optimiser wants them: labels x width, then labels.
using Parameters = std::vector<double>;

std::vector<float> logits_of(std::span<const float> rows, std::size_t width, std::size_t labels,
                             const double* parameters) {
    const std::size_t n = rows.size() / width;
    const std::vector<float> weights(parameters, parameters + labels * width);
    std::vector<float> logits(n * labels);
    multiply(false, true, n, labels, width, rows.data(), weights.data(), logits.data());
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < labels; ++j)
            logits[i * labels + j] += static_cast<float>(parameters[labels * width + j]);
    return logits;
}

/// Makes probabilities of one row of logits; returns the logarithm of the one at `label`.
double softmax(float* logits, std::size_t labels, int label, float temperature = 1) {
    const float largest = *std::max_element(logits, logits + labels);
    double sum = 0;
    const double at = static_cast<double>((logits[label] - largest) / temperature);
    for (std::size_t j = 0; j < labels; ++j) {
        logits[j] = std::exp((logits[j] - largest) / temperature);
        sum += static_cast<double>(logits[j]);
    }
    for (std::size_t j = 0; j < labels; ++j)
        logits[j] = static_cast<float>(static_cast<double>(logits[j]) / sum);
    return at - std::log(sum);
}

/// What the optimiser minimises: mean cross-entropy and strength / 2 * the weights' squared norm.
class Problem {
  public:
    Problem(std::span<const float> rows, std::span<const int> answers, std::size_t width,
            std::size_t labels, double strength)
        : rows_(rows), answers_(answers), width_(width), labels_(labels), strength_(strength) {}

    [[nodiscard]] std::size_t parameters() const { return labels_ * (width_ + 1); }

    static double evaluate(void* self, const double* x, double* gradient, int, double) {
        return static_cast<Problem*>(self)->loss(x, gradient);
    }

  private:
    double loss(const double* x, double* gradient) {
        const std::size_t n = answers_.size();
        auto errors = logits_of(rows_, width_, labels_, x);
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i) {
            float* row = errors.data() + i * labels_;
            sum -= softmax(row, labels_, answers_[i]);
            row[answers_[i]] -= 1;
        }
        std::vector<float> slopes(labels_ * width_);
        multiply(true, false, labels_, width_, n, errors.data(), rows_.data(), slopes.data());
        const double part = 1 / static_cast<double>(n);
        double norm = 0;
        for (std::size_t k = 0; k < slopes.size(); ++k) {
            gradient[k] = static_cast<double>(slopes[k]) * part + strength_ * x[k];
            norm += x[k] * x[k];
        }
        std::fill_n(gradient + slopes.size(), labels_, 0.0);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < labels_; ++j)
                gradient[slopes.size() + j] += static_cast<double>(errors[i * labels_ + j]) * part;
        return sum * part + strength_ / 2 * norm;
    }

    std::span<const float> rows_;
    std::span<const int> answers_;
    std::size_t width_;
    std::size_t labels_;
    double strength_;
};

/// Goes on from `start` where it holds anything.
Result<Parameters> minimise(std::span<const float> rows, std::span<const int> answers,
                            std::size_t width, std::size_t labels, double strength,
                            Parameters start = {}) {
    Problem problem(rows, answers, width, labels, strength);
    start.resize(problem.parameters(), 0.0);
    lbfgs_parameter_t how;
    lbfgs_parameter_init(&how);
    how.max_iterations = most_steps;
    how.epsilon = 1e-4;
    const int ended = lbfgs(static_cast<int>(start.size()), start.data(), nullptr,
                            Problem::evaluate, nullptr, &problem, &how);
    // Single precision ends the line search early where nothing is left to be gained.
    const bool fine = ended >= 0 || ended == LBFGSERR_MAXIMUMITERATION ||
                      ended == LBFGSERR_ROUNDING_ERROR || ended == LBFGSERR_MINIMUMSTEP ||
                      ended == LBFGSERR_MAXIMUMLINESEARCH;
    if (!fine ||
        !std::all_of(start.begin(), start.end(), [](double x) { return std::isfinite(x); }))
        return Error{ErrorKind::internal, fmt::format("The optimiser failed ({}).", ended)};
    return start;
}

/// Each label's examples are dealt out in turn, so that every fold has some of each where it can.
std::vector<std::size_t> assign_folds(const std::vector<int>& answers, std::size_t labels,
                                      std::size_t folds) {
    std::vector<std::size_t> next(labels);
    for (std::size_t j = 0; j < labels; ++j) next[j] = j;
    std::vector<std::size_t> fold;
    fold.reserve(answers.size());
    for (const int answer : answers)
        fold.push_back(next[static_cast<std::size_t>(answer)]++ % folds);
    return fold;
}

struct Part {
    std::vector<float> rows;
    std::vector<int> answers;
    std::vector<std::size_t> which;
};

template <class Wanted>
Part part_of(const std::vector<float>& rows, const std::vector<int>& answers, std::size_t width,
             Wanted wanted) {
    Part part;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (!wanted(i)) continue;
        const auto row = rows.begin() + static_cast<std::ptrdiff_t>(i * width);
        part.rows.insert(part.rows.end(), row, row + static_cast<std::ptrdiff_t>(width));
        part.answers.push_back(answers[i]);
        part.which.push_back(i);
    }
    return part;
}

/// Logits of every example by a head that did not learn from it.
Result<std::vector<float>> cross_validated(const std::vector<float>& rows,
                                           const std::vector<int>& answers, std::size_t width,
                                           std::size_t labels, double strength, std::size_t folds) {
    const auto fold = assign_folds(answers, labels, folds);
    std::vector<float> logits(answers.size() * labels);
    for (std::size_t f = 0; f < folds; ++f) {
        const auto learnt =
            part_of(rows, answers, width, [&](std::size_t i) { return fold[i] != f; });
        const auto held =
            part_of(rows, answers, width, [&](std::size_t i) { return fold[i] == f; });
        if (held.which.empty()) continue;
        const auto solved = minimise(learnt.rows, learnt.answers, width, labels, strength);
        if (!solved) return solved.error();
        const auto said = logits_of(held.rows, width, labels, solved->data());
        for (std::size_t i = 0; i < held.which.size(); ++i)
            std::copy_n(said.begin() + static_cast<std::ptrdiff_t>(i * labels), labels,
                        logits.begin() + static_cast<std::ptrdiff_t>(held.which[i] * labels));
    }
    return logits;
}

double mean_loss(std::vector<float> logits, const std::vector<int>& answers, std::size_t labels,
                 float temperature) {
    double sum = 0;
    for (std::size_t i = 0; i < answers.size(); ++i)
        sum -= softmax(logits.data() + i * labels, labels, answers[i], temperature);
    return sum / static_cast<double>(answers.size());
}

/// Golden-section search over the temperature's logarithm, between 1/20 and 20; the loss has one
/// minimum.
float fit_temperature(const std::vector<float>& logits, const std::vector<int>& answers,
                      std::size_t labels) {
    const double golden = (std::sqrt(5.0) - 1) / 2;
    double low = std::log(0.05);
    double high = std::log(20.0);
    const auto loss = [&](double x) {
        return mean_loss(logits, answers, labels, static_cast<float>(std::exp(x)));
    };
    for (int step = 0; step < 40; ++step) {
        const double a = high - golden * (high - low);
        const double b = low + golden * (high - low);
        (loss(a) < loss(b) ? high : low) = loss(a) < loss(b) ? b : a;
    }
    return static_cast<float>(std::exp((low + high) / 2));
}

Result<double> choose_strength(const Scaled& all, const Examples& examples,
                               const TeachingOptions& options) {
    const std::size_t step =
        std::max<std::size_t>(1, examples.size() / options.validation_examples);
    const auto some = part_of(all.rows, examples.labels, examples.width,
                              [&](std::size_t i) { return i % step == 0; });
    double best = std::numeric_limits<double>::infinity();
    double chosen = options.strengths.front();
    for (const double strength : options.strengths) {
        const auto logits = cross_validated(some.rows, some.answers, examples.width,
                                            examples.label_count, strength, options.folds);
        if (!logits) return logits.error();
        const float temperature = fit_temperature(*logits, some.answers, examples.label_count);
        const double loss = mean_loss(*logits, some.answers, examples.label_count, temperature);
        if (loss < best) {
            best = loss;
            chosen = strength;
        }
    }
    return chosen;
}

/// Fills in what the folds tell: temperature, threshold, accuracy.
void measure_folds(TaughtHead& head, std::vector<float> logits, const Examples& examples,
                   double refused) {
    const std::size_t labels = examples.label_count;
    head.temperature = fit_temperature(logits, examples.labels, labels);
    head.by_label.resize(labels);
    std::vector<float> confidences;
    for (std::size_t i = 0; i < examples.size(); ++i) {
        float* row = logits.data() + i * labels;
        softmax(row, labels, examples.labels[i], head.temperature);
        const auto best = std::max_element(row, row + labels);
        const auto label = static_cast<std::size_t>(examples.labels[i]);
        const bool right = static_cast<std::size_t>(best - row) == label;
        for (Share* share : {&head.by_label[label], &head.accuracy}) {
            share->some += right ? 1 : 0;
            ++share->all;
        }
        confidences.push_back(*best);
    }
    const auto cut = static_cast<std::ptrdiff_t>(refused * static_cast<double>(confidences.size()));
    std::nth_element(confidences.begin(), confidences.begin() + cut, confidences.end());
    head.unknown_below = std::min(no_confidence_above, confidences[static_cast<std::size_t>(cut)]);
}

/// The layer on embeddings as they come: weights * scale * (embedding - mean) + bias.
recognition::HeadLayer unscaled(const Parameters& parameters, const Scaled& all,
                                const Examples& examples) {
    recognition::HeadLayer layer;
    layer.labels = examples.label_count;
    layer.width = examples.width;
    for (std::size_t j = 0; j < layer.labels; ++j) {
        double bias = parameters[layer.labels * layer.width + j];
        for (std::size_t k = 0; k < layer.width; ++k) {
            const double weight = parameters[j * layer.width + k] * static_cast<double>(all.scale);
            layer.weights.push_back(static_cast<float>(weight));
            bias -= weight * static_cast<double>(all.mean[k]);
        }
        layer.bias.push_back(static_cast<float>(bias));
    }
    return layer;
}

Result<void> check(const Examples& examples) {
    const auto wrong = [](std::string detail) {
        return Error{ErrorKind::invalid, std::move(detail), "examples"};
    };
    if (examples.label_count < 2) return wrong("Two labels at least are needed.");
    if (examples.width == 0 || examples.embeddings.size() != examples.size() * examples.width)
        return wrong("Every example needs an embedding of the same size.");
    std::vector<std::size_t> counts(examples.label_count);
    for (const int label : examples.labels) {
        if (label < 0 || static_cast<std::size_t>(label) >= examples.label_count)
            return wrong("A label is out of range.");
        ++counts[static_cast<std::size_t>(label)];
    }
    if (*std::min_element(counts.begin(), counts.end()) < fewest_examples)
        return wrong(fmt::format("Every label needs {} examples at least.", fewest_examples));
    if (!std::all_of(examples.embeddings.begin(), examples.embeddings.end(),
                     [](float x) { return std::isfinite(x); }))
        return wrong("An embedding is not finite.");
    return {};
}

}  // namespace

Result<TaughtHead> teach(const Examples& examples, const TeachingOptions& options) {
    if (const auto fits = check(examples); !fits) return fits.error();
    const auto all = scaled(examples);
    const auto strength = choose_strength(all, examples, options);
    if (!strength) return strength.error();
    TaughtHead head;
    head.strength = *strength;
    auto logits = cross_validated(all.rows, examples.labels, examples.width, examples.label_count,
                                  *strength, options.folds);
    if (!logits) return logits.error();
    measure_folds(head, std::move(*logits), examples, options.refused);
    const auto solved =
        minimise(all.rows, examples.labels, examples.width, examples.label_count, *strength);
    if (!solved) return solved.error();
    head.layer = unscaled(*solved, all, examples);
    return head;
}

}  // namespace croquis::learning
