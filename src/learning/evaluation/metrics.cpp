#include "learning/evaluation/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <map>
#include <set>

namespace croquis::learning {
namespace {

constexpr std::string_view unknown = "unknown";

/// Labels that people themselves do not keep apart.
std::string_view merged(std::string_view label) {
    if (label == "ellipse") return "circle";
    if (label == "rectangle") return "square";
    if (label == "squiggle") return "zigzag";
    return label;
}

std::vector<std::string> labels_met(const std::vector<Outcome>& outcomes,
                                    const std::vector<std::string>& order) {
    std::set<std::string_view> met;
    for (const auto& o : outcomes) {
        met.insert(o.label);
        met.insert(o.predicted);
    }
    std::vector<std::string> labels;
    for (const auto& label : order)
        if (met.contains(label) && label != unknown) labels.push_back(label);
    if (met.contains(unknown)) labels.emplace_back(unknown);
    return labels;
}

/// A share of the drawings, hand by hand; of unknown hands under "".
class Counted {
  public:
    void add(const std::string& hand, bool is_one) {
        auto& share = by_hand_[hand];
        ++share.all;
        share.some += is_one ? 1U : 0U;
    }

    [[nodiscard]] Share sum() const {
        std::vector<Share> hands;
        Share of_unknown;
        for (const auto& [hand, share] : by_hand_)
            if (hand.empty())
                of_unknown = share;
            else
                hands.push_back(share);
        return by_hand(hands, of_unknown);
    }

  private:
    std::map<std::string, Share> by_hand_;
};

void count_shapes(const std::vector<Outcome>& outcomes, Report& report) {
    Counted correct, correct_merged, rejected_shapes, rejected_ood;
    for (const auto& o : outcomes) {
        const bool rejected = o.predicted == unknown;
        if (o.label == unknown) {
            rejected_ood.add(o.hand, rejected);
            continue;
        }
        correct.add(o.hand, o.predicted == o.label);
        correct_merged.add(o.hand, merged(o.predicted) == merged(o.label));
        rejected_shapes.add(o.hand, rejected);
    }
    report.accuracy = correct.sum();
    report.merged_accuracy = correct_merged.sum();
    report.rejected_shapes = rejected_shapes.sum();
    report.rejected_ood = rejected_ood.sum();
    report.shapes = report.accuracy.all;
    report.out_of_distribution = report.rejected_ood.all;
}

void count_hands(const std::vector<Outcome>& outcomes, Report& report) {
    std::set<std::string_view> hands;
    for (const auto& o : outcomes)
        if (o.hand.empty())
            ++report.of_unknown;
        else
            hands.insert(o.hand);
    report.hands = hands.size();
}

void fill_reliability(const std::vector<Outcome>& outcomes, Report& report) {
    std::vector<Answered> answers;
    std::vector<Answered> all;
    for (const auto& o : outcomes) {
        all.push_back({o.confidence, o.predicted == o.label});
        if (o.label != unknown && o.predicted != unknown) answers.push_back(all.back());
    }
    report.reliability = reliability_of(answers);
    report.calibration_error = calibration_error(report.reliability);
    report.reliability_all = reliability_of(all);
    report.calibration_error_all = calibration_error(report.reliability_all);
}

void fill_confusion(const std::vector<Outcome>& outcomes, Report& report) {
    const std::size_t n = report.labels.size();
    std::map<std::string_view, std::size_t> index;
    for (std::size_t i = 0; i < n; ++i) index[report.labels[i]] = i;
    report.confusion.assign(n, std::vector<std::size_t>(n, 0));
    for (const auto& o : outcomes) ++report.confusion[index.at(o.label)][index.at(o.predicted)];
    for (std::size_t i = 0; i < n; ++i) {
        std::size_t is = 0, predicted = 0;
        for (std::size_t j = 0; j < n; ++j) {
            is += report.confusion[i][j];
            predicted += report.confusion[j][i];
        }
        report.scores.push_back({report.labels[i], is, predicted,
                                 Share{report.confusion[i][i], predicted}.part(),
                                 Share{report.confusion[i][i], is}.part()});
    }
}

boost::json::array to_json(const Interval& interval) {
    return {interval.low, interval.high};
}

boost::json::object to_json(const CalibrationByChance& chance) {
    return {{"mean", chance.mean}, {"most", chance.most}};
}

boost::json::array to_json(const std::vector<ReliabilityBin>& bins) {
    boost::json::array reliability;
    for (const auto& b : bins)
        reliability.push_back(boost::json::object{{"low", b.low},
                                                  {"high", b.high},
                                                  {"drawings", b.drawings},
                                                  {"confidence", b.confidence},
                                                  {"accuracy", b.accuracy}});
    return reliability;
}

std::string error_line(std::string_view name, double error,
                       const std::vector<ReliabilityBin>& bins) {
    const auto chance = calibration_by_chance(bins);
    return fmt::format("{:<22}{:6.3f}     by chance {:.3f}, at most {:.3f}\n", name, error,
                       chance.mean, chance.most);
}

std::string shapes_text(const Report& report) {
    return fmt::format(
               "shapes                {:6}     95 % interval\n"
               "  accuracy             {:5.1f} %   {}\n"
               "  … similar merged     {:5.1f} %   {}\n"
               "  rejected as unknown  {:5.1f} %   {}\n",
               report.shapes, 100 * report.accuracy.part(), to_text(report.accuracy.interval()),
               100 * report.merged_accuracy.part(), to_text(report.merged_accuracy.interval()),
               100 * report.rejected_shapes.part(), to_text(report.rejected_shapes.interval())) +
           error_line("  calibration error", report.calibration_error, report.reliability) +
           "(similar: circle/ellipse, square/rectangle, zigzag/squiggle)\n";
}

std::string bins_text(const std::vector<ReliabilityBin>& bins) {
    std::string text;
    for (const auto& b : bins)
        if (b.drawings > 0)
            text += fmt::format(
                "  {:3.0f}–{:3.0f} %  {:5} {:<8}  confidence {:5.1f} %  accuracy {:5.1f} %\n",
                100 * b.low, 100 * b.high, b.drawings, b.drawings == 1 ? "drawing" : "drawings",
                100 * b.confidence, 100 * b.accuracy);
    return text;
}

std::string confusion_text(const Report& report) {
    std::string text = "\nConfusion: labels (rows), predictions (columns)\n          ";
    for (const auto& label : report.labels) text += fmt::format("{:>5.4}", label);
    for (std::size_t i = 0; i < report.labels.size(); ++i) {
        text += fmt::format("\n{:<10}", report.labels[i]);
        for (const auto count : report.confusion[i])
            text += count == 0 ? "    ." : fmt::format("{:>5}", count);
    }
    return text + "\n";
}

}  // namespace

Report measure(const std::vector<Outcome>& outcomes, const std::vector<std::string>& label_order) {
    Report report;
    report.labels = labels_met(outcomes, label_order);
    count_shapes(outcomes, report);
    count_hands(outcomes, report);
    fill_reliability(outcomes, report);
    fill_confusion(outcomes, report);
    std::copy_if(outcomes.begin(), outcomes.end(), std::back_inserter(report.wrong),
                 [](const Outcome& o) { return o.predicted != o.label; });
    std::stable_sort(
        report.wrong.begin(), report.wrong.end(),
        [](const Outcome& a, const Outcome& b) { return a.confidence > b.confidence; });
    return report;
}

boost::json::object to_json(const Report& report) {
    namespace json = boost::json;
    json::array scores, confusion, labels;
    for (const auto& label : report.labels) labels.emplace_back(label);
    for (const auto& s : report.scores)
        scores.push_back(json::object{{"label", s.label},
                                      {"drawings", s.drawings},
                                      {"predicted", s.predicted},
                                      {"precision", s.precision},
                                      {"recall", s.recall}});
    for (const auto& row : report.confusion)
        confusion.push_back(json::array(row.begin(), row.end()));
    return {
        {"shapes", report.shapes},
        {"others", report.out_of_distribution},
        {"accuracy", report.accuracy.part()},
        {"merged_accuracy", report.merged_accuracy.part()},
        {"refused_others", report.rejected_ood.part()},
        {"refused_shapes", report.rejected_shapes.part()},
        {"intervals_95",
         {{"accuracy", to_json(report.accuracy.interval())},
          {"merged_accuracy", to_json(report.merged_accuracy.interval())},
          {"refused_others", to_json(report.rejected_ood.interval())},
          {"refused_shapes", to_json(report.rejected_shapes.interval())}}},
        {"intervals_over", {{"hands", report.hands}, {"drawings", report.of_unknown}}},
        {"calibration_error", report.calibration_error},
        {"calibration_error_by_chance", to_json(calibration_by_chance(report.reliability))},
        {"calibration_error_all", report.calibration_error_all},
        {"calibration_error_all_by_chance", to_json(calibration_by_chance(report.reliability_all))},
        {"labels", std::move(labels)},
        {"per_label", std::move(scores)},
        {"reliability", to_json(report.reliability)},
        {"reliability_all", to_json(report.reliability_all)},
        {"confusion", std::move(confusion)}};
}

std::string precision_text(const LabelScore& score) {
    return score.predicted == 0 ? "-" : fmt::format("{:.1f} %", 100 * score.precision);
}

std::string recall_text(const LabelScore& score) {
    return score.drawings == 0 ? "-" : fmt::format("{:.1f} %", 100 * score.recall);
}

std::string to_text(const Report& report) {
    std::string text = report.shapes > 0 ? shapes_text(report) : std::string();
    if (report.out_of_distribution > 0)
        text += fmt::format("out-of-distribution   {:6}\n  rejection rate       {:5.1f} %   {}\n",
                            report.out_of_distribution, 100 * report.rejected_ood.part(),
                            to_text(report.rejected_ood.interval()));
    text +=
        error_line("calibration error, all", report.calibration_error_all, report.reliability_all);
    text += fmt::format("\n{:<10} {:>8} {:>9} {:>8}\n", "label", "drawings", "precision", "recall");
    for (const auto& s : report.scores)
        text += fmt::format("{:<10} {:>8} {:>9} {:>8}\n", s.label, s.drawings, precision_text(s),
                            recall_text(s));
    text += confusion_text(report);
    if (report.shapes > 0)
        text += "\nReliability: confidence and accuracy, of shapes answered with a shape\n" +
                bins_text(report.reliability);
    return text + "\nReliability of all answers, \"unknown\" too\n" +
           bins_text(report.reliability_all);
}

std::string confusion_svg(const Report& report) {
    constexpr int cell = 34;
    constexpr int left = 92;
    const int n = static_cast<int>(report.labels.size());
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {0}\" "
        "font-family=\"sans-serif\" font-size=\"11\" role=\"img\" "
        "aria-label=\"Confusion matrix\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>",
        left + n * cell + 10);
    for (int i = 0; i < n; ++i) {
        const auto row = static_cast<std::size_t>(i);
        std::size_t total = 0;
        for (const auto count : report.confusion[row]) total += count;
        svg += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>", left - 6,
                           left + i * cell + 21, report.labels[row]);
        svg += fmt::format("<text transform=\"translate({},{}) rotate(-60)\">{}</text>",
                           left + i * cell + 18, left - 6, report.labels[row]);
        for (int j = 0; j < n; ++j) {
            const auto count = report.confusion[row][static_cast<std::size_t>(j)];
            if (count == 0) continue;
            const double share = Share{count, total}.part();
            svg += fmt::format(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\" "
                "fill-opacity=\"{:.2f}\"/><text x=\"{}\" y=\"{}\" "
                "text-anchor=\"middle\" fill=\"{}\">{}</text>",
                left + j * cell, left + i * cell, cell - 1, cell - 1,
                i == j ? "#1b7f5c" : "#b3261e", 0.15 + 0.85 * share, left + j * cell + cell / 2,
                left + i * cell + 21, share > 0.5 ? "#fff" : "#111", count);
        }
    }
    return svg + "</svg>";
}

std::string reliability_svg(const std::vector<ReliabilityBin>& bins) {
    constexpr double size = 300;
    constexpr double edge = 40;
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {0}\" "
        "font-family=\"sans-serif\" font-size=\"11\" role=\"img\" "
        "aria-label=\"Reliability diagram\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
        "<line x1=\"{1}\" y1=\"{2}\" x2=\"{2}\" y2=\"{1}\" stroke=\"#999\" stroke-dasharray=\"4 "
        "3\"/>"
        "<text x=\"{3}\" y=\"{4}\" text-anchor=\"middle\">confidence</text>"
        "<text transform=\"translate(14,{3}) rotate(-90)\" text-anchor=\"middle\">how often it is "
        "right</text>",
        size + 2 * edge, edge, size + edge, size / 2 + edge, size + 2 * edge - 8);
    for (const auto& b : bins) {
        if (b.drawings == 0) continue;
        svg += fmt::format(
            "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"#2f6fde\" "
            "fill-opacity=\"0.7\"/><text "
            "x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>",
            edge + b.low * size + 1, edge + (1 - b.accuracy) * size, size / reliability_bins - 2,
            b.accuracy * size, edge + (b.low + b.high) / 2 * size,
            edge + (1 - b.accuracy) * size - 4, b.drawings);
    }
    return svg + fmt::format("<text x=\"{}\" y=\"{}\">calibration error {:.3f}</text></svg>", edge,
                             edge - 14, calibration_error(bins));
}

}  // namespace croquis::learning
