#include "learning/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <map>
#include <set>

namespace croquis::learning {
namespace {

constexpr std::size_t bins = 10;
constexpr std::string_view unknown = "unknown";

/// Labels that people themselves do not keep apart.
std::string_view merged(std::string_view label) {
    if (label == "ellipse") return "circle";
    if (label == "rectangle") return "square";
    if (label == "squiggle") return "zigzag";
    return label;
}

double part(std::size_t some, std::size_t all) {
    return all == 0 ? 0 : static_cast<double>(some) / static_cast<double>(all);
}

std::vector<std::string> labels_met(const std::vector<Outcome>& outcomes,
                                    const std::vector<std::string>& order) {
    std::set<std::string_view> met;
    for (const auto& o : outcomes) {
        met.insert(o.truth);
        met.insert(o.said);
    }
    std::vector<std::string> labels;
    for (const auto& label : order)
        if (met.contains(label) && label != unknown) labels.push_back(label);
    if (met.contains(unknown)) labels.emplace_back(unknown);
    return labels;
}

void count_shapes(const std::vector<Outcome>& outcomes, Report& report) {
    std::size_t right = 0, right_merged = 0, refused_shapes = 0, refused_others = 0;
    for (const auto& o : outcomes) {
        if (o.truth == unknown) {
            ++report.others;
            refused_others += o.said == unknown ? 1U : 0U;
            continue;
        }
        ++report.shapes;
        right += o.said == o.truth ? 1U : 0U;
        right_merged += merged(o.said) == merged(o.truth) ? 1U : 0U;
        refused_shapes += o.said == unknown ? 1U : 0U;
    }
    report.accuracy = part(right, report.shapes);
    report.merged_accuracy = part(right_merged, report.shapes);
    report.refused_shapes = part(refused_shapes, report.shapes);
    report.refused_others = part(refused_others, report.others);
}

void fill_reliability(const std::vector<Outcome>& outcomes, Report& report) {
    report.reliability.resize(bins);
    for (std::size_t b = 0; b < bins; ++b) {
        report.reliability[b].low = static_cast<double>(b) / bins;
        report.reliability[b].high = static_cast<double>(b + 1) / bins;
    }
    std::size_t answered = 0;
    for (const auto& o : outcomes) {
        if (o.truth == unknown || o.said == unknown) continue;
        ++answered;
        auto& bin =
            report.reliability[std::min(bins - 1, static_cast<std::size_t>(o.confidence * bins))];
        ++bin.drawings;
        bin.confidence += static_cast<double>(o.confidence);
        bin.accuracy += o.said == o.truth ? 1 : 0;
    }
    for (auto& bin : report.reliability) {
        if (bin.drawings == 0) continue;
        bin.confidence /= static_cast<double>(bin.drawings);
        bin.accuracy /= static_cast<double>(bin.drawings);
        report.calibration_error +=
            part(bin.drawings, answered) * std::abs(bin.confidence - bin.accuracy);
    }
}

void fill_confusion(const std::vector<Outcome>& outcomes, Report& report) {
    const std::size_t n = report.labels.size();
    std::map<std::string_view, std::size_t> index;
    for (std::size_t i = 0; i < n; ++i) index[report.labels[i]] = i;
    report.confusion.assign(n, std::vector<std::size_t>(n, 0));
    for (const auto& o : outcomes) ++report.confusion[index.at(o.truth)][index.at(o.said)];
    for (std::size_t i = 0; i < n; ++i) {
        std::size_t is = 0, said = 0;
        for (std::size_t j = 0; j < n; ++j) {
            is += report.confusion[i][j];
            said += report.confusion[j][i];
        }
        report.scores.push_back({report.labels[i], is, part(report.confusion[i][i], said),
                                 part(report.confusion[i][i], is)});
    }
}

}  // namespace

Report measure(const std::vector<Outcome>& outcomes, const std::vector<std::string>& label_order) {
    Report report;
    report.labels = labels_met(outcomes, label_order);
    count_shapes(outcomes, report);
    fill_reliability(outcomes, report);
    fill_confusion(outcomes, report);
    std::copy_if(outcomes.begin(), outcomes.end(), std::back_inserter(report.wrong),
                 [](const Outcome& o) { return o.said != o.truth; });
    std::stable_sort(
        report.wrong.begin(), report.wrong.end(),
        [](const Outcome& a, const Outcome& b) { return a.confidence > b.confidence; });
    return report;
}

boost::json::object to_json(const Report& report) {
    namespace json = boost::json;
    json::array scores, reliability, confusion, labels;
    for (const auto& label : report.labels) labels.emplace_back(label);
    for (const auto& s : report.scores)
        scores.push_back(json::object{{"label", s.label},
                                      {"drawings", s.drawings},
                                      {"precision", s.precision},
                                      {"recall", s.recall}});
    for (const auto& b : report.reliability)
        reliability.push_back(json::object{{"low", b.low},
                                           {"high", b.high},
                                           {"drawings", b.drawings},
                                           {"confidence", b.confidence},
                                           {"accuracy", b.accuracy}});
    for (const auto& row : report.confusion)
        confusion.push_back(json::array(row.begin(), row.end()));
    return {{"shapes", report.shapes},
            {"others", report.others},
            {"accuracy", report.accuracy},
            {"merged_accuracy", report.merged_accuracy},
            {"refused_others", report.refused_others},
            {"refused_shapes", report.refused_shapes},
            {"calibration_error", report.calibration_error},
            {"labels", std::move(labels)},
            {"per_label", std::move(scores)},
            {"reliability", std::move(reliability)},
            {"confusion", std::move(confusion)}};
}

std::string to_text(const Report& report) {
    std::string text = fmt::format(
        "shapes                {:6}\n  right               {:6.1f} %\n  right, kin merged   "
        "{:6.1f} %   (circle/ellipse, "
        "square/rectangle, zigzag/squiggle)\n  refused as unknown  {:6.1f} %\n  calibration error  "
        " {:6.3f}\n",
        report.shapes, 100 * report.accuracy, 100 * report.merged_accuracy,
        100 * report.refused_shapes, report.calibration_error);
    if (report.others > 0)
        text += fmt::format("other drawings        {:6}\n  refused as unknown  {:6.1f} %\n",
                            report.others, 100 * report.refused_others);
    text += fmt::format("\n{:<10} {:>8} {:>9} {:>7}\n", "label", "drawings", "precision", "recall");
    for (const auto& s : report.scores)
        text += fmt::format("{:<10} {:>8} {:>8.1f}% {:>6.1f}%\n", s.label, s.drawings,
                            100 * s.precision, 100 * s.recall);
    text += "\nConfusion: what it is (rows), what the model said (columns)\n          ";
    for (const auto& label : report.labels) text += fmt::format("{:>5.4}", label);
    for (std::size_t i = 0; i < report.labels.size(); ++i) {
        text += fmt::format("\n{:<10}", report.labels[i]);
        for (const auto count : report.confusion[i])
            text += count == 0 ? "    ." : fmt::format("{:>5}", count);
    }
    text += "\n\nReliability: how sure, how often right\n";
    for (const auto& b : report.reliability)
        if (b.drawings > 0)
            text += fmt::format(
                "  {:3.0f}–{:3.0f} %  {:5} drawings  sure {:5.1f} %  right {:5.1f} %\n",
                100 * b.low, 100 * b.high, b.drawings, 100 * b.confidence, 100 * b.accuracy);
    return text;
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
            const double share = part(count, total);
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

std::string reliability_svg(const Report& report) {
    constexpr double size = 300;
    constexpr double edge = 40;
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {0}\" "
        "font-family=\"sans-serif\" font-size=\"11\" role=\"img\" "
        "aria-label=\"Reliability diagram\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
        "<line x1=\"{1}\" y1=\"{2}\" x2=\"{2}\" y2=\"{1}\" stroke=\"#999\" stroke-dasharray=\"4 "
        "3\"/>"
        "<text x=\"{3}\" y=\"{4}\" text-anchor=\"middle\">how sure the model is</text>"
        "<text transform=\"translate(14,{3}) rotate(-90)\" text-anchor=\"middle\">how often it is "
        "right</text>",
        size + 2 * edge, edge, size + edge, size / 2 + edge, size + 2 * edge - 8);
    for (const auto& b : report.reliability) {
        if (b.drawings == 0) continue;
        svg += fmt::format(
            "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"#2f6fde\" "
            "fill-opacity=\"0.7\"/><text "
            "x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>",
            edge + b.low * size + 1, edge + (1 - b.accuracy) * size, size / bins - 2,
            b.accuracy * size, edge + (b.low + b.high) / 2 * size,
            edge + (1 - b.accuracy) * size - 4, b.drawings);
    }
    return svg + fmt::format("<text x=\"{}\" y=\"{}\">calibration error {:.3f}</text></svg>", edge,
                             edge - 14, report.calibration_error);
}

}  // namespace croquis::learning
