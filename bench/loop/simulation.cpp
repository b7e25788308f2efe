#include "simulation.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <random>
#include <span>

#include "learning/adaptation/clusters.h"
#include "learning/adaptation/teaching.h"
#include "recognition/head.h"
#include "service/similarity/clusters.h"
#include "store/asking.h"

namespace croquis::bench {
namespace {

/// Answers after which the model is taught anew.
constexpr std::array<std::size_t, 17> answer_counts{20,  40,  60,  80,  100, 130, 160,  200, 250,
                                                    300, 375, 450, 550, 700, 850, 1000, 1250};
/// The same for pages, each of which teaches many drawings.
constexpr std::array<std::size_t, 16> page_counts{3,  6,  9,  12, 15,  20,  25,  30,
                                                  40, 50, 60, 80, 100, 130, 160, 200};
constexpr std::size_t few_examples = 3;  ///< of a label: until then clusters' middles come first

std::span<const std::size_t> counts_of(Strategy strategy) {
    if (strategy == Strategy::pages) return page_counts;
    return answer_counts;
}

class Simulation {
  public:
    Simulation(const LabelledSet& set, Strategy strategy, std::uint64_t seed)
        : set_(set), strategy_(strategy), seed_(seed), random_(seed) {
        std::vector<std::size_t> order(set.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::shuffle(order.begin(), order.end(), random_);
        const auto kept = static_cast<std::ptrdiff_t>(order.size() / 4);
        judging_.assign(order.begin(), order.begin() + kept);
        waiting_.assign(order.begin() + kept, order.end());
        confidence_ = set.confidence;
        margin_ = set.margin;
    }

    Result<Run> run() {
        Run run;
        const auto all = taught_on(waiting_);
        if (!all) return all.error();
        run.all = *all;
        for (const std::size_t until : counts_of(strategy_)) {
            ask_until(until);
            const auto accuracy = taught_on(learnt_);
            if (!accuracy) return accuracy.error();
            run.points.push_back({answers_, labelled_, *accuracy});
            if (waiting_.empty()) break;
        }
        return run;
    }

  private:
    /// Teaches labels that have enough examples; accuracy on the drawings kept back, on which the
    /// other labels are wrong. Orders what waits by the new head's answers.
    Result<double> taught_on(const std::vector<std::size_t>& drawings) {
        std::map<int, std::size_t> counts;
        for (const std::size_t i : drawings) ++counts[set_.truth[i]];
        std::vector<int> labels;
        for (const auto& [label, count] : counts)
            if (count >= learning::fewest_examples) labels.push_back(label);
        if (labels.size() < 2) return 0.0;
        learning::Examples examples{set_.width, {}, {}, labels.size()};
        for (const std::size_t i : drawings) {
            const auto at = std::lower_bound(labels.begin(), labels.end(), set_.truth[i]);
            if (at == labels.end() || *at != set_.truth[i]) continue;
            examples.embeddings.insert(examples.embeddings.end(), set_.row(i),
                                       set_.row(i) + set_.width);
            examples.labels.push_back(static_cast<int>(at - labels.begin()));
        }
        const auto head = learning::teach(examples);
        if (!head) return head.error();
        if (&drawings == &learnt_)
            if (const auto ordered = order_by(*head, labels.size()); !ordered)
                return ordered.error();
        return accuracy_of(*head, labels);
    }

    static recognition::ModelInfo info_of(const learning::TaughtHead& head, std::size_t labels) {
        recognition::ModelInfo info;
        for (std::size_t i = 0; i < labels; ++i) info.labels.push_back(std::to_string(i));
        info.temperature = head.temperature;
        return info;
    }

    Result<std::vector<recognition::Prediction>> answers_of(
        const learning::TaughtHead& head, std::size_t labels,
        const std::vector<std::size_t>& drawings) const {
        std::vector<float> rows;
        for (const std::size_t i : drawings)
            rows.insert(rows.end(), set_.row(i), set_.row(i) + set_.width);
        return recognition::answers_of(head.layer, info_of(head, labels), rows);
    }

    Result<double> accuracy_of(const learning::TaughtHead& head, const std::vector<int>& labels) {
        const auto answers = answers_of(head, labels.size(), judging_);
        if (!answers) return answers.error();
        std::size_t right = 0;
        for (std::size_t i = 0; i < judging_.size(); ++i) {
            const auto& said = (*answers)[i].probabilities;
            const auto best = std::max_element(said.begin(), said.end()) - said.begin();
            right += labels[static_cast<std::size_t>(best)] == set_.truth[judging_[i]] ? 1 : 0;
        }
        return static_cast<double>(right) / static_cast<double>(judging_.size());
    }

    Result<void> order_by(const learning::TaughtHead& head, std::size_t labels) {
        if (waiting_.empty()) return {};
        const auto answers = answers_of(head, labels, waiting_);
        if (!answers) return answers.error();
        for (std::size_t i = 0; i < waiting_.size(); ++i) {
            const auto& said = (*answers)[i].probabilities;
            confidence_[waiting_[i]] = *std::max_element(said.begin(), said.end());
            margin_[waiting_[i]] = store::margin_of(said);
        }
        return {};
    }

    void ask_until(std::size_t until) {
        if (strategy_ == Strategy::pages) return show_pages(until);
        std::size_t count = until - answers_;
        if (strategy_ == Strategy::queue || strategy_ == Strategy::typical_first) {
            const auto spent = store::random_questions(count, seed_ * 1000 + answers_);
            answers_ += spent;
            labelled_ += spent;
            count -= spent;
        }
        for (const std::size_t i : next(std::min(count, waiting_.size()))) {
            learn(i);
            ++answers_;
        }
    }

    /// The drawings to ask about, of those that wait.
    std::vector<std::size_t> next(std::size_t count) {
        if (strategy_ == Strategy::typical_first && has_few()) return typical(count);
        auto order = waiting_;
        const auto* by = strategy_ == Strategy::random            ? nullptr
                         : strategy_ == Strategy::least_confident ? &confidence_
                                                                  : &margin_;
        if (by != nullptr)
            std::stable_sort(order.begin(), order.end(),
                             [&](std::size_t a, std::size_t b) { return (*by)[a] < (*by)[b]; });
        order.resize(count);
        return order;
    }

    [[nodiscard]] bool has_few() const {
        std::vector<std::size_t> counts(set_.labels);
        for (const std::size_t i : learnt_) ++counts[static_cast<std::size_t>(set_.truth[i])];
        const auto enough = std::count_if(counts.begin(), counts.end(),
                                          [](std::size_t n) { return n >= few_examples; });
        // A label that hardly anybody draws does not hold up the others.
        return static_cast<std::size_t>(enough) * 10 < set_.labels * 9;
    }

    /// The middles of the largest clusters that hold no answer yet (Hacohen, Dekel and Weinshall
    /// 2022).
    std::vector<std::size_t> typical(std::size_t count) {
        auto everything = waiting_;
        everything.insert(everything.end(), learnt_.begin(), learnt_.end());
        auto clusters = clusters_of(everything, learnt_.size() + count);
        std::vector<char> answered(set_.size());
        for (const std::size_t i : learnt_) answered[i] = 1;
        std::stable_sort(clusters.begin(), clusters.end(), [&](const auto& a, const auto& b) {
            const auto with = [&](const auto& members) {
                return std::any_of(members.begin(), members.end(),
                                   [&](std::size_t i) { return answered[i] != 0; });
            };
            return std::pair(with(a), -static_cast<double>(a.size())) <
                   std::pair(with(b), -static_cast<double>(b.size()));
        });
        std::vector<std::size_t> chosen;
        for (const auto& members : clusters)
            for (const std::size_t i : members)
                if (chosen.size() < count && answered[i] == 0) {
                    chosen.push_back(i);
                    break;
                }
        return chosen;
    }

    /// The drawings that lie together, as the program finds them, the largest clusters first.
    [[nodiscard]] std::vector<learning::Cluster> clusters_of(
        const std::vector<std::size_t>& drawings, std::size_t count) const {
        learning::PackedRows rows(set_.width);
        for (const std::size_t i : drawings) rows.add(set_.packed_row(i));
        auto clusters = learning::clusters_of(rows, count, seed_ * 1000 + answers_);
        for (auto& cluster : clusters)
            for (auto& member : cluster) member = drawings[member];
        return clusters;
    }

    /// Pages of look-alikes, those nearest to the middle first (service/similarity/clusters.h): one
    /// act gives the label that most of a page have to all that have it. The others are clicked
    /// out, and wait on.
    void show_pages(std::size_t until) {
        for (auto& members : clusters_of(waiting_, service::clusters_for(waiting_.size()))) {
            if (answers_ >= until) return;
            members.resize(std::min(members.size(), service::most_of_cluster));
            const int label = most_frequent(members);
            const std::size_t before = labelled_;
            for (const std::size_t i : members)
                if (set_.truth[i] == label) learn(i);
            labelled_ = before + members.size();  // who clicks one out has looked at it too
            ++answers_;
        }
    }

    [[nodiscard]] int most_frequent(const std::vector<std::size_t>& drawings) const {
        std::vector<std::size_t> counts(set_.labels);
        for (const std::size_t i : drawings) ++counts[static_cast<std::size_t>(set_.truth[i])];
        return static_cast<int>(std::max_element(counts.begin(), counts.end()) - counts.begin());
    }

    void learn(std::size_t i) {
        learnt_.push_back(i);
        ++labelled_;
        waiting_.erase(std::find(waiting_.begin(), waiting_.end(), i));
    }

    const LabelledSet& set_;
    const Strategy strategy_;
    const std::uint64_t seed_;
    std::mt19937_64 random_;
    std::vector<std::size_t> judging_;
    std::vector<std::size_t> waiting_;
    std::vector<std::size_t> learnt_;
    std::vector<float> confidence_;
    std::vector<float> margin_;
    std::size_t answers_ = 0;
    std::size_t labelled_ = 0;
};

}  // namespace

const char* name_of(Strategy strategy) {
    constexpr std::array names{"random", "least confident", "margin",
                               "queue",  "typical first",   "look-alikes"};
    return names[static_cast<std::size_t>(strategy)];
}

Result<Run> simulate(const LabelledSet& set, Strategy strategy, std::uint64_t seed) {
    return Simulation(set, strategy, seed).run();
}

double answers_until(const Run& run, double accuracy, bool drawings) {
    Point before;
    for (const auto& point : run.points) {
        const auto count = [&](const Point& at) {
            return static_cast<double>(drawings ? at.drawings : at.answers);
        };
        if (point.accuracy >= accuracy) {
            const double part = (accuracy - before.accuracy) / (point.accuracy - before.accuracy);
            return count(before) + part * (count(point) - count(before));
        }
        before = point;
    }
    return static_cast<double>(drawings ? before.drawings : before.answers);
}

}  // namespace croquis::bench
