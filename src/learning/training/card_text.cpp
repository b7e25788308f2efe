#include "learning/training/card_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "drawing/normalise.h"
#include "learning/synthesis/sketcher.h"
#include "learning/training/left_out.h"
#include "learning/training/samples.h"

namespace croquis::learning {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& training, const char* name) {
    return std::string(training.at(name).as_string());
}

/// What the intervals of a source are over: "2 people", or "1077 drawings" where nobody knows whose
/// they are.
std::string interval_over(const std::string& source, const Report& report) {
    const auto known = counted_hands(source, report.hands);
    const auto unknown = fmt::format("{} drawings", report.of_unknown);
    if (report.hands == 0) return unknown;
    return report.of_unknown == 0 ? known : known + ", " + unknown;
}

std::string per_cent(const Share& share) {
    return share.all == 0 ? "" : fmt::format("{:.1f} %", 100 * share.part());
}

std::string interval_of(const Share& share) {
    return share.all == 0 ? "" : to_text(share.interval());
}

bool is_empty(const std::vector<ReliabilityBin>& bins) {
    return std::all_of(bins.begin(), bins.end(),
                       [](const ReliabilityBin& bin) { return bin.drawings == 0; });
}

/// "0.021 (0.010)": the error, and what a perfectly calibrated model would show by chance.
std::string error_cell(double error, const std::vector<ReliabilityBin>& bins) {
    if (is_empty(bins)) return {};
    return fmt::format("{:.3f} ({:.3f})", error, calibration_by_chance(bins).mean);
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

std::string label_table(const Report& report) {
    std::string text = "| label | drawings | precision | recall |\n|---|---|---|---|\n";
    for (const auto& s : report.scores)
        text += fmt::format("| {} | {} | {} | {} |\n", s.label, s.drawings, precision_text(s),
                            recall_text(s));
    return text + "\n";
}

/// The pairs most often confused, in words.
std::string failures(const Report& report) {
    struct Pair {
        std::size_t count, label, predicted;
    };
    std::vector<Pair> pairs;
    for (std::size_t i = 0; i < report.labels.size(); ++i)
        for (std::size_t j = 0; j < report.labels.size(); ++j)
            if (i != j && report.confusion[i][j] > 0)
                pairs.push_back({report.confusion[i][j], i, j});
    if (pairs.empty()) return "It took none of them for anything else.\n\n";
    std::sort(pairs.begin(), pairs.end(),
              [](const Pair& a, const Pair& b) { return a.count > b.count; });
    std::string text = "Where it fails most:\n\n";
    for (std::size_t i = 0; i < std::min<std::size_t>(8, pairs.size()); ++i)
        text += fmt::format("- {} taken for {}: {}\n", report.labels[pairs[i].label],
                            report.labels[pairs[i].predicted],
                            pairs[i].count == 1 ? "once" : fmt::format("{} times", pairs[i].count));
    return text + "\n";
}

std::string share_row(std::string_view name, const Share& share) {
    return fmt::format("| {} | {} | {} |\n", name, per_cent(share), interval_of(share));
}

std::string error_rows(std::string_view name, double error,
                       const std::vector<ReliabilityBin>& bins) {
    if (is_empty(bins)) return {};
    const auto chance = calibration_by_chance(bins);
    return fmt::format(
        "| {} | {:.3f} | |\n| … of a perfectly calibrated model, by chance | {:.3f} | up to {:.3f} "
        "|\n",
        name, error, chance.mean, chance.most);
}

/// What no drawing tells is left out.
std::string section(const std::string& title, const std::string& picture,
                    const Measured& measured) {
    const Report& report = measured.report;
    auto text = fmt::format("## {}\n\n| | | 95 %, over {} |\n|---|---|---|\n| shapes | {} | |\n",
                            title, interval_over(picture, report), report.shapes);
    if (report.shapes > 0)
        text += share_row("accuracy", report.accuracy) +
                share_row("accuracy (similar labels merged)", report.merged_accuracy) +
                share_row("rejected as unknown", report.rejected_shapes) +
                error_rows("expected calibration error, of shapes answered with a shape",
                           report.calibration_error, report.reliability);
    text += fmt::format("| out-of-distribution | {} | |\n", report.out_of_distribution);
    if (report.out_of_distribution > 0) text += share_row("rejection rate", report.rejected_ood);
    text += error_rows("expected calibration error, of all answers", report.calibration_error_all,
                       report.reliability_all);
    if (report.shapes > 0)
        text += "\nSimilar are circle/ellipse, square/rectangle and zigzag/squiggle.\n";
    text += fmt::format("\n![Confusion matrix](card/{}-confusion.svg)\n", picture);
    if (report.shapes > 0)
        text += fmt::format("![Reliability, shapes](card/{}-reliability.svg)\n", picture);
    return text +
           fmt::format("![Reliability, all answers](card/{}-reliability-all.svg)\n\n", picture) +
           label_table(report) + failures(report);
}

std::string sources_table(const ModelCard& card) {
    std::string text =
        "| source | learnt from | kept to judge | licence | where from |\n|---|---|---|---|---|\n";
    for (const auto& [source, count] : card.counts) {
        const auto* set = people_set(source);
        text += fmt::format("| {} | {} | {} | {} | {} |\n", source, count.learnt, count.judged,
                            set == nullptr ? "" : set->licence, set == nullptr ? "" : set->from);
    }
    return text;
}

std::string learnt_from(const ModelCard& card) {
    const auto& training = card.made.training;
    std::string text =
        fmt::format("{} samples, none seen twice (seed {}): sketches by the project's own sketcher",
                    training.steps * training.batch, training.seed);
    if (card.learnt.empty()) return text + " alone. No person's drawing was learnt from.";
    text += fmt::format(
        ", and {} drawings by people, each time augmented differently: turned, warped, shaken, cut "
        "short as far as the label allows, with pens of all widths and some through 28 pixels. "
        "Beside the shapes, the embedding learns to tell {} categories apart. The weights are the "
        "mean over the last {} steps.\n",
        card.learnt.size(), card.categories, training.steps - training.average_from());
    if (!card.made.begun_with.empty())
        text += fmt::format(
            "\nIts convolutions were not random at the beginning, but those of an earlier model of "
            "this program (SHA-256 {}).\n",
            card.made.begun_with);
    return text + "\n" + sources_table(card) +
           "\nMore on them: docs/data.md. Digests of the files are in the JSON card; what was "
           "learnt from is in the list beside it, strokes by their ids, pictures by their pixels, "
           "and `croquis evaluate` leaves it out.";
}

/// Labels of which there is no person's drawing to judge by.
std::string labels_without_judge(const ModelCard& card) {
    std::vector<std::string> none;
    for (const auto& label : shape_labels()) {
        const auto& scores = card.people.report.scores;
        const auto judged = std::find_if(scores.begin(), scores.end(), [&](const auto& score) {
            return score.label == label && score.drawings > 0;
        });
        if (judged == scores.end()) none.push_back(label);
    }
    return none.empty()
               ? ""
               : fmt::format("Of these labels no person's drawing judges: {}. ", joined(none));
}

/// How far the intervals can be relied on.
std::string about_intervals(const ModelCard& card) {
    std::vector<std::string> known;
    for (const auto& source : card.sources) {
        const auto* set = people_set(source.source);
        if (set != nullptr && !set->people.empty())
            known.push_back(fmt::format("{} ({})", set->source, set->people));
    }
    return "The intervals are over whose drawings these are, as far as a set tells (the second "
           "column): as wide as Clopper and Pearson's would be of fewer drawings, each by another "
           "hand, that tell as much (Korn and Graubard 1998), so that two people say little of a "
           "third. Where a set does not tell, and in the calibration error by chance, every "
           "drawing "
           "is taken for independent, which drawings by one hand are not" +
           (known.empty() ? "." : ". Who drew: " + joined(known) + ".");
}

/// What the figures about people's drawings do not say.
std::string reservations(const ModelCard& card) {
    std::string text = labels_without_judge(card) + about_intervals(card);
    for (const auto& [source, count] : card.counts)
        if (count.doubtful > 0)
            text += fmt::format(
                " Of {}'s drawings {} are \"unknown\" by their set alone: rings, strokes and "
                "crosses are among them, and who calls these by their shape counts as wrong.",
                source, count.doubtful);
    const bool published =
        std::any_of(card.sources.begin(), card.sources.end(),
                    [](const auto& source) { return people_set(source.source) != nullptr; });
    if (published)
        text +=
            " These drawings have also chosen the model: network, losses and length of training "
            "were picked by what they gave on the same sources and categories "
            "(docs/decisions), so that figures on drawings never used would be somewhat lower.";
    return text + "\n\n";
}

/// One line a source, before the details.
std::string overview(const ModelCard& card) {
    if (card.sources.empty()) return {};
    std::string text =
        "## On drawings by people that were kept from training\n\n"
        "Each source's drawings are answered with a confidence that was calibrated on sources of "
        "other people only. The network learnt from other drawings of most of these sources (the "
        "table below), so a source that it has never met may do worse. " +
        reservations(card) +
        "| source | intervals over | shapes | accuracy | 95 % | similar merged | rejected | "
        "calibration error (by chance) | out-of-distribution | rejection rate | 95 % | of all "
        "answers (by chance) |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n";
    auto rows = card.sources;
    rows.push_back({"**all**", card.people, {}});
    for (const auto& source : rows) {
        const Report& r = source.measured.report;
        text += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
                            source.source, interval_over(source.source, r), r.shapes,
                            per_cent(r.accuracy), interval_of(r.accuracy),
                            per_cent(r.merged_accuracy), per_cent(r.rejected_shapes),
                            error_cell(r.calibration_error, r.reliability), r.out_of_distribution,
                            per_cent(r.rejected_ood), interval_of(r.rejected_ood),
                            error_cell(r.calibration_error_all, r.reliability_all));
    }
    return text + "\n";
}

std::string few_shot_table(const ModelCard& card) {
    if (card.few_shot.empty()) return {};
    std::string text = fmt::format(
        "## The embedding, on {} categories that it never saw\n\nA head taught on a few drawings "
        "of each of some categories, asked about others of them; the interval is by bootstrap over "
        "the categories.\n\n| ways | shots | accuracy | 95 % | episodes |\n|---|---|---|---|---|\n",
        card.unseen.size());
    for (const auto& shown : card.few_shot)
        text += fmt::format("| {} | {} | {:.1f} % | {:.1f} to {:.1f} % | {} |\n", shown.ways,
                            shown.shots, 100 * shown.accuracy, 100 * shown.low, 100 * shown.high,
                            shown.episodes);
    return text + "\n";
}

std::string worst(const std::string& picture) {
    return "Wrong with most confidence (black: the label; red: the prediction and its "
           "confidence):\n\n![Failures](card/" +
           picture + "-failures.svg)\n\n";
}

std::string measured_again(const ModelCard& card) {
    if (card.measured.empty()) return {};
    return fmt::format(" Measured again by croquis-train {} (commit {}) on {}.",
                       text_of(card.measured, "version"), text_of(card.measured, "commit"),
                       text_of(card.measured, "date"));
}

std::string head(const ModelCard& card, const json::object& training) {
    return fmt::format(
        "# Model card: {}\n\nWritten by croquis-train {} (commit {}) on {}.{} Every figure is "
        "measured; what it is for and where its limits are known to be are the program's words.\n\n"
        "**What it is.** A convolutional network of {:.2f} million multiply-accumulates with two "
        "outputs of a {} x {} picture: which of {} shapes it shows, or \"unknown\" for anything "
        "else or where the calibrated confidence is under {:.2f}; and an embedding of {} numbers, "
        "by which other drawings can be told apart.\n\n",
        card.name, text_of(training, "version"), text_of(training, "commit"),
        text_of(training, "date"), measured_again(card),
        static_cast<double>(card.multiply_accumulates) / 1e6, drawing::model_side,
        drawing::model_side, shape_labels().size() - 1, card.calibration.unknown_below,
        embedding_size);
}

std::string use_and_limits() {
    return "**What it is for.** To propose a label for one drawing of one thing, by mouse, finger, "
           "pen or on plain paper, to people who then say what it is; and to teach other labels on "
           "its embedding from a few drawings of each. Its answer decides nothing about a person.\n"
           "\n**Where it is not to be trusted.** Several drawings in one picture; "
           "photographs of crumpled or punched paper, or with a shadow whose edge is sharp and "
           "ragged; shapes that no label names but that resemble one more than what was sketched "
           "for training (a "
           "slight trapezium, a polygon of ten corners in a thick pen): all of these can be "
           "given a label with high confidence. No photograph is among the drawings that judge. "
           "What people drew for others than those who drew here, in other haste or with other "
           "habits, is best measured on drawings of theirs (`croquis evaluate`).\n\n";
}

std::string calibrated_on(const ModelCard& card) {
    return fmt::format(
        "**Calibrated on** {}. Temperature {:.3f}; bias of \"unknown\" {:+.2f} (in the exported "
        "weights). Both are fitted; that an answer under {:.2f} is \"unknown\" is set by hand.\n\n",
        card.sources.empty() ? "sketches never trained on"
                             : "the drawings by people kept to judge, and careful sketches; every "
                               "source counts alike, and the shapes of all sources together twice "
                               "as much as what is none (a weight set by hand): who opens the page "
                               "means to draw one",
        card.calibration.temperature, card.calibration.unknown_bias,
        card.calibration.unknown_below);
}

std::string made_again(const ModelCard& card, const json::object& training) {
    auto text = fmt::format("**Made again** by `{}`, LibTorch {} with the BLAS \"{}\".",
                            command_of(card.made), text_of(training, "libtorch"),
                            text_of(training, "blas"));
    if (card.made.whitened_by > 0)
        text += fmt::format(
            " Its embedding is whitened by half within the categories learnt from, on {} samples.",
            card.made.whitened_by);
    if (card.made.resumed)
        text +=
            " It went on from a checkpoint; with how many threads and which LibTorch that was made "
            "is not noted in it.";
    if (card.made.result.on_gpu)
        text +=
            " The sums of a GPU differ in the last digits from run to run and from a processor's, "
            "so that the weights do too.";
    return text + "\n\n";
}

}  // namespace

std::string to_markdown(const ModelCard& card, const json::object& training,
                        const std::vector<json::object>& left_out) {
    auto text = head(card, training) + use_and_limits() + left_out_text(left_out, training) +
                overview(card) + few_shot_table(card) +
                "## How it was made\n\n**What it learnt from.** " + learnt_from(card) + "\n\n" +
                calibrated_on(card) + made_again(card, training);
    for (const auto& source : card.sources)
        text += section("On " + source.source + ": people's drawings kept from training",
                        source.source, source.measured);
    text += section(fmt::format("On careful sketches (care 0.8 to 1, {} labels)",
                                careful_labels().size()),
                    "careful", card.careful) +
            worst("careful");
    return text + section("On sketches of all kinds", "synthetic", card.synthetic) +
           worst("synthetic");
}

}  // namespace croquis::learning
