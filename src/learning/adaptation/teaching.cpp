#include "learning/adaptation/teaching.h"

#include <fmt/format.h>
#include <lbfgs.h>

#include <algorithm>
#include <cmath>
#include <dnnl.hpp>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

namespace croquis::learning {
namespace {

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

/// Examples scaled each to a length of 1, so that those that a trunk is surest of do not outweigh
/// the others, then moved to a mean of 0 and scaled together to a root mean square length of 1.
struct Scaled {
    std::vector<float> rows;
    std::vector<float> mean;     ///< of the embeddings of length 1
    float scale = 1;             ///< after that
    float usual = 1;             ///< one over the embeddings' mean length
    std::vector<float> lengths;  ///< of the embeddings against the mean length

    /// By how much all rows were moved.
    [[nodiscard]] std::vector<float> middle() const {
        auto moved = mean;
        for (float& number : moved) number *= scale;
        return moved;
    }
};

/// The lengths of the embeddings against their mean, which is one over `usual`.
std::vector<float> lengths_of(const Examples& examples, float& usual) {
    std::vector<float> lengths;
    double sum = 0;
    for (std::size_t i = 0; i < examples.size(); ++i) {
        const auto* row = examples.embeddings.data() + i * examples.width;
        lengths.push_back(std::sqrt(std::inner_product(row, row + examples.width, row, 0.0F)));
        sum += static_cast<double>(lengths.back());
    }
    if (sum > 0) usual = static_cast<float>(static_cast<double>(examples.size()) / sum);
    for (float& length : lengths) length *= usual;
    return lengths;
}

Scaled scaled(const Examples& examples) {
    const std::size_t n = examples.size();
    const std::size_t width = examples.width;
    Scaled out;
    out.rows = examples.embeddings;
    out.lengths = lengths_of(examples, out.usual);
    std::vector<double> sums(width, 0);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = 0; k < width; ++k) {
            float& number = out.rows[i * width + k];
            if (out.lengths[i] > 0) number *= out.usual / out.lengths[i];
            sums[k] += static_cast<double>(number);
        }
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
struct Folds {
    std::size_t count = 0;
    std::vector<std::size_t> of;     ///< by example
    std::vector<std::size_t> round;  ///< how often its label had been dealt to every fold before
};

Folds deal(const std::vector<int>& answers, std::size_t labels, std::size_t count) {
    Folds folds{count, {}, {}};
    std::vector<std::size_t> dealt(labels);
    for (const int answer : answers) {
        const auto label = static_cast<std::size_t>(answer);
        const std::size_t turn = dealt[label]++;
        folds.of.push_back((label + turn) % count);
        folds.round.push_back(turn / count);
    }
    return folds;
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

/// What is learnt from, and how it is divided.
struct Data {
    std::vector<float> rows;     ///< of length 1 before they were moved by `middle`
    std::vector<float> lengths;  ///< that they had
    std::vector<float> middle;
    std::vector<int> answers;
    std::vector<std::size_t> fold;
    std::size_t width = 0;
    std::size_t labels = 0;
};

/// The held examples with the lengths they have when the head is asked.
void lengthen(const Data& data, Part& held) {
    for (std::size_t i = 0; i < held.which.size(); ++i) {
        const float length = data.lengths[held.which[i]];
        float* row = held.rows.data() + i * data.width;
        for (std::size_t k = 0; k < data.width; ++k)
            row[k] = length * (row[k] + data.middle[k]) - data.middle[k];
    }
}

/// Logits of every example by a head that did not learn from it. `solved` has the heads of the
/// folds, from which the search goes on where they are there already: none of them may have seen
/// what its fold holds back.
Result<std::vector<float>> cross_validated(const Data& data, double strength,
                                           std::vector<Parameters>& solved) {
    std::vector<float> logits(data.answers.size() * data.labels);
    for (std::size_t f = 0; f < solved.size(); ++f) {
        const auto learnt = part_of(data.rows, data.answers, data.width,
                                    [&](std::size_t i) { return data.fold[i] != f; });
        auto held = part_of(data.rows, data.answers, data.width,
                            [&](std::size_t i) { return data.fold[i] == f; });
        if (held.which.empty()) continue;
        lengthen(data, held);
        auto found = minimise(learnt.rows, learnt.answers, data.width, data.labels, strength,
                              std::move(solved[f]));
        if (!found) return found.error();
        solved[f] = std::move(*found);
        const auto said = logits_of(held.rows, data.width, data.labels, solved[f].data());
        for (std::size_t i = 0; i < held.which.size(); ++i)
            std::copy_n(said.begin() + static_cast<std::ptrdiff_t>(i * data.labels), data.labels,
                        logits.begin() + static_cast<std::ptrdiff_t>(held.which[i] * data.labels));
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
    double a = high - golden * (high - low);
    double b = low + golden * (high - low);
    double loss_at_a = loss(a);
    double loss_at_b = loss(b);
    while (high - low > 1e-3) {
        if (loss_at_a < loss_at_b) {
            high = std::exchange(b, a);
            loss_at_b = loss_at_a;
            loss_at_a = loss(a = high - golden * (high - low));
        } else {
            low = std::exchange(a, b);
            loss_at_a = loss_at_b;
            loss_at_b = loss(b = low + golden * (high - low));
        }
    }
    return static_cast<float>(std::exp((low + high) / 2));
}

/// The strength, and heads that learnt with it from some of each fold's examples.
struct Chosen {
    double strength = 0;
    std::vector<Parameters> solved;
};

/// Whole rounds of the deal, so that each label and each fold keeps its part.
Data some_of(const Scaled& all, const Examples& examples, const Folds& folds, std::size_t most) {
    const std::size_t step = std::max<std::size_t>(1, examples.size() / most);
    auto part = part_of(all.rows, examples.labels, examples.width,
                        [&](std::size_t i) { return folds.round[i] % step == 0; });
    Data data{std::move(part.rows), {}, all.middle(), std::move(part.answers), {}, examples.width,
              examples.label_count};
    for (const std::size_t i : part.which) {
        data.lengths.push_back(all.lengths[i]);
        data.fold.push_back(folds.of[i]);
    }
    return data;
}

/// From the strongest to the weakest, each going on from the one before.
Result<Chosen> choose_strength(const Data& some, const TeachingOptions& options) {
    auto strengths = options.strengths;
    std::sort(strengths.rbegin(), strengths.rend());
    double best = std::numeric_limits<double>::infinity();
    Chosen chosen{strengths.front(), {}};
    std::vector<Parameters> solved(options.folds);
    for (const double strength : strengths) {
        const auto logits = cross_validated(some, strength, solved);
        if (!logits) return logits.error();
        const float temperature = fit_temperature(*logits, some.answers, some.labels);
        const double loss = mean_loss(*logits, some.answers, some.labels, temperature);
        if (loss < best) {
            best = loss;
            chosen = {strength, solved};
        }
    }
    return chosen;
}

/// How confident a head is that knows the label of the drawing, and that does not.
struct Confidences {
    std::vector<float> right;      ///< of right answers, ascending
    std::vector<float> strangers;  ///< ascending
};

/// The confidence of the best label but one, had the head never heard of that one: the others'
/// probabilities are what they were, among themselves.
float without(const float* probabilities, std::size_t labels, std::size_t one) {
    float best = 0;
    float sum = 0;
    for (std::size_t j = 0; j < labels; ++j) {
        if (j == one) continue;
        best = std::max(best, probabilities[j]);
        sum += probabilities[j];
    }
    return sum > 0 ? best / sum : 1;
}

double part_below(const std::vector<float>& ascending, float threshold) {
    if (ascending.empty()) return 0;
    const auto below = std::lower_bound(ascending.begin(), ascending.end(), threshold);
    return static_cast<double>(below - ascending.begin()) / static_cast<double>(ascending.size());
}

/// Where the part of strangers that is refused exceeds that of right answers most (Youden 1950),
/// among thresholds that refuse no more right answers than they may.
float choose_threshold(const Confidences& confidences, double refused) {
    float chosen = 0;
    double best = 0;
    for (int step = 1; step < 100; ++step) {
        const float threshold = static_cast<float>(step) / 100;
        const double lost = part_below(confidences.right, threshold);
        if (lost > refused) break;
        const double gained = part_below(confidences.strangers, threshold) - lost;
        if (gained <= best) continue;
        best = gained;
        chosen = threshold;
    }
    return chosen;
}

/// Where there are no strangers to measure: as high as it may be. Of n right answers and a new one,
/// each is as likely to be the k-th lowest, so that the k-th refuses k in n + 1 of them (split
/// conformal prediction, Lei et al. 2018); none where n is too small to tell.
float highest_threshold(const std::vector<float>& ascending, double refused) {
    constexpr float highest = 0.99F;
    const auto k =
        static_cast<std::size_t>(refused * static_cast<double>(ascending.size() + 1) + 1e-9);
    return k == 0 ? 0 : std::min(ascending[k - 1], highest);
}

Share share_below(const std::vector<float>& ascending, float threshold) {
    const auto below = std::lower_bound(ascending.begin(), ascending.end(), threshold);
    return {static_cast<std::size_t>(below - ascending.begin()), ascending.size()};
}

/// What the head answers where it gives these probabilities, a row an example.
std::vector<HeldOutAnswer> answers_held_out(const std::vector<float>& probabilities,
                                            std::size_t labels, float unknown_below) {
    std::vector<HeldOutAnswer> answers;
    for (std::size_t i = 0; i < probabilities.size(); i += labels) {
        const float* row = probabilities.data() + i;
        const auto* best = std::max_element(row, row + labels);
        auto& answer = answers.emplace_back();
        answer.confidence = *best;
        if (*best >= unknown_below) answer.label = static_cast<std::size_t>(best - row);
    }
    return answers;
}

/// Fills in what the folds tell: temperature, threshold, accuracy.
void measure_folds(TaughtHead& head, std::vector<float> logits, const Examples& examples,
                   double refused) {
    const std::size_t labels = examples.label_count;
    head.temperature = fit_temperature(logits, examples.labels, labels);
    head.by_label.resize(labels);
    Confidences confidences;
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
        if (right) confidences.right.push_back(*best);
        if (labels > 2) confidences.strangers.push_back(without(row, labels, label));
    }
    std::sort(confidences.right.begin(), confidences.right.end());
    std::sort(confidences.strangers.begin(), confidences.strangers.end());
    // Of two labels none can be left out: the other one would be all that is left to answer.
    head.unknown_below = labels > 2 ? choose_threshold(confidences, refused)
                                    : highest_threshold(confidences.right, refused);
    head.right_refused = share_below(confidences.right, head.unknown_below);
    head.strangers_refused = share_below(confidences.strangers, head.unknown_below);
    head.held_out = answers_held_out(logits, labels, head.unknown_below);
}

/// The layer on embeddings as they come: weights * scale * (usual * embedding - mean) + bias. Those
/// longer than usual are answered with more confidence.
recognition::HeadLayer unscaled(const Parameters& parameters, const Scaled& all,
                                const Examples& examples) {
    recognition::HeadLayer layer;
    layer.labels = examples.label_count;
    layer.width = examples.width;
    for (std::size_t j = 0; j < layer.labels; ++j) {
        double bias = parameters[layer.labels * layer.width + j];
        for (std::size_t k = 0; k < layer.width; ++k) {
            const double weight = parameters[j * layer.width + k] * static_cast<double>(all.scale);
            layer.weights.push_back(static_cast<float>(weight * static_cast<double>(all.usual)));
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
    auto all = scaled(examples);
    auto folds = deal(examples.labels, examples.label_count, options.folds);
    auto chosen =
        choose_strength(some_of(all, examples, folds, options.validation_examples), options);
    if (!chosen) return chosen.error();
    TaughtHead head;
    head.strength = chosen->strength;
    const Data data{std::move(all.rows), all.lengths,    all.middle(),        examples.labels,
                    std::move(folds.of), examples.width, examples.label_count};
    auto logits = cross_validated(data, head.strength, chosen->solved);
    if (!logits) return logits.error();
    measure_folds(head, std::move(*logits), examples, options.refused);
    const auto solved = minimise(data.rows, data.answers, data.width, data.labels, head.strength,
                                 std::move(chosen->solved.front()));
    if (!solved) return solved.error();
    head.layer = unscaled(*solved, all, examples);
    return head;
}

}  // namespace croquis::learning
