#include "learning/train/card.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>

#include "core/bytes.h"
#include "drawing/normalise.h"
#include "learning/sketcher.h"

namespace croquis::learning {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

Result<void> write_file(const fs::path& file, std::string_view text) {
    std::ofstream out(file, std::ios::binary);
    out << text;
    out.close();
    if (!out) return Error{ErrorKind::internal, "Cannot write " + file.string() + "."};
    return {};
}

std::string calibrated_on(const Card& card) {
    if (card.judges == 0) return "sketches never trained on";
    return fmt::format(
        "the same {} drawings by people, each judged by one of {} networks that had not learnt "
        "from "
        "it (nor, of things that are no shape, from any of its kind) and share with the shipped "
        "one "
        "all but the drawings left out, together with careful sketches never trained on",
        card.people_ids.size(), card.judges);
}

json::object training_of(const Card& card) {
    json::array ids;
    for (const auto& id : card.people_ids) ids.emplace_back(id);
    return {{"program", "croquis-train"},
            {"version", CROQUIS_VERSION},
            {"seed", card.training.seed},
            {"steps", card.training.steps},
            {"batch", card.training.batch},
            {"samples", card.training.steps * card.training.batch},
            {"people", card.people_source},
            {"people_share_while_rate_falls", card.people_share},
            {"rate_falls_from_step", card.training.fall()},
            {"ids", std::move(ids)},
            {"last_loss", card.result.last_loss}};
}

json::object to_json(const Card& card, const std::string& onnx) {
    json::array labels;
    for (const auto& label : shape_labels()) labels.emplace_back(label);
    json::object object{{"name", card.name},
                        {"labels", std::move(labels)},
                        {"temperature", card.calibration.temperature},
                        {"unknown_below", card.calibration.unknown_below},
                        {"input",
                         {{"width", drawing::model_side},
                          {"height", drawing::model_side},
                          {"channels", 1},
                          {"scale", 1.0 / 255},
                          {"mean", 0}}},
                        {"activations", json::value_from(card.activations)},
                        {"sha256", to_hex(sha256(as_bytes(onnx)))},
                        {"multiply_accumulates", card.multiply_accumulates},
                        {"training", training_of(card)},
                        {"calibration",
                         {{"on", calibrated_on(card)},
                          {"judges", card.judges},
                          {"unknown_bias", card.calibration.unknown_bias}}},
                        {"synthetic", learning::to_json(card.synthetic.report)},
                        {"careful", learning::to_json(card.careful.report)}};
    if (card.crossed) object["cross_fitted"] = learning::to_json(card.crossed->report);
    if (card.human) {
        object["human"] = learning::to_json(card.human->report);
        object["human"].get_object()["source"] = card.human_source;
    }
    return object;
}

std::string label_table(const Report& report) {
    std::string text = "| label | drawings | precision | recall |\n|---|---|---|---|\n";
    for (const auto& s : report.scores)
        text += fmt::format("| {} | {} | {:.1f} % | {:.1f} % |\n", s.label, s.drawings,
                            100 * s.precision, 100 * s.recall);
    return text + "\n";
}

/// The pairs most often confused, in words.
std::string failures(const Report& report) {
    struct Pair {
        std::size_t count, truth, said;
    };
    std::vector<Pair> pairs;
    for (std::size_t i = 0; i < report.labels.size(); ++i)
        for (std::size_t j = 0; j < report.labels.size(); ++j)
            if (i != j && report.confusion[i][j] > 0)
                pairs.push_back({report.confusion[i][j], i, j});
    std::sort(pairs.begin(), pairs.end(),
              [](const Pair& a, const Pair& b) { return a.count > b.count; });
    std::string text = "Where it fails most:\n\n";
    for (std::size_t i = 0; i < std::min<std::size_t>(8, pairs.size()); ++i)
        text += fmt::format("- {} taken for {}: {}\n", report.labels[pairs[i].truth],
                            report.labels[pairs[i].said],
                            pairs[i].count == 1 ? "once" : fmt::format("{} times", pairs[i].count));
    return text + "\n";
}

std::string section(const std::string& title, const std::string& picture,
                    const Measured& measured) {
    const Report& report = measured.report;
    const auto chance = calibration_by_chance(report.reliability);
    return fmt::format(
               "## {}\n\n| | | 95 % interval |\n|---|---|---|\n"
               "| shapes | {} | |\n"
               "| right | {:.1f} % | {} |\n"
               "| right, kin merged | {:.1f} % | {} |\n"
               "| refused as unknown | {:.1f} % | {} |\n"
               "| expected calibration error | {:.3f} | |\n"
               "| … of a perfectly calibrated model, by chance | {:.3f} | up to {:.3f} |\n"
               "| other drawings | {} | |\n"
               "| of these refused as unknown | {:.1f} % | {} |\n\n"
               "Kin are circle/ellipse, square/rectangle and zigzag/squiggle.\n\n"
               "![Confusion matrix](card/{}-confusion.svg)\n"
               "![Reliability](card/{}-reliability.svg)\n\n"
               "Most surely wrong (black: what it is; red: what the model said, and how sure):\n\n"
               "![Failures](card/{}-failures.svg)\n\n",
               title, report.shapes, 100 * report.accuracy.part(),
               to_text(report.accuracy.interval()), 100 * report.merged_accuracy.part(),
               to_text(report.merged_accuracy.interval()), 100 * report.refused_shapes.part(),
               to_text(report.refused_shapes.interval()), report.calibration_error, chance.mean,
               chance.most, report.others, 100 * report.refused_others.part(),
               report.others == 0 ? "" : to_text(report.refused_others.interval()), picture,
               picture, picture) +
           label_table(report) + failures(report);
}

std::string learnt_from(const Card& card) {
    const auto samples = card.training.steps * card.training.batch;
    std::string text =
        fmt::format("{} samples, none seen twice, made by the project's own sketcher (seed {})",
                    samples, card.training.seed);
    if (card.people_ids.empty()) return text + ". No person's drawing was learnt from.";
    return text +
           fmt::format(
               "; of the last {} of them, while the learning rate falls, {:.0f} % are drawings by "
               "people, {} of them ({}), each time redrawn differently: turned, warped, shaken, "
               "cut "
               "short as far as the label allows. The weights are the mean over the last {} steps.",
               (card.training.steps - card.training.fall()) * card.training.batch,
               100 * card.people_share, card.people_ids.size(), card.people_source,
               card.training.steps - card.training.average_from());
}

std::string to_markdown(const Card& card) {
    std::string text = fmt::format(
        "# Model card: {}\n\nWritten by croquis-train; every figure is measured.\n\n**What it "
        "is.** A convolutional network of {:.2f} million multiply-accumulates that tells {} shapes "
        "apart from a {} x {} picture, and answers \"unknown\" for anything else or where its "
        "calibrated confidence is under {:.2f}.\n\n**What it learnt from.** {}\n\n**Calibrated "
        "on** {}. Temperature {:.3f}; bias of \"unknown\" {:+.2f} (in the exported weights).\n\n"
        "**Made again** by `croquis-train --seed {}`.\n\n",
        card.name, static_cast<double>(card.multiply_accumulates) / 1e6, shape_labels().size() - 1,
        drawing::model_side, drawing::model_side, card.calibration.unknown_below, learnt_from(card),
        calibrated_on(card), card.calibration.temperature, card.calibration.unknown_bias,
        card.training.seed);
    if (card.human)
        text +=
            section("On people's drawings that nothing of the model has seen: " + card.human_source,
                    "human", *card.human);
    text += section("On careful sketches (care 0.8 to 1, six labels)", "careful", card.careful);
    if (card.crossed)
        text += section(
            "On the people's drawings that it learnt from, each judged by a network "
            "that had not",
            "crossed", *card.crossed);
    return text + section("On sketches of all kinds", "synthetic", card.synthetic);
}

Result<void> write_pictures(const fs::path& folder, const std::string& name,
                            const Measured& measured) {
    auto done = write_file(folder / (name + "-confusion.svg"), confusion_svg(measured.report));
    if (done)
        done = write_file(folder / (name + "-reliability.svg"), reliability_svg(measured.report));
    if (done) done = write_file(folder / (name + "-failures.svg"), failures_svg(measured.failures));
    return done;
}

}  // namespace

Result<void> write_model(const fs::path& folder, const std::string& onnx, const Card& card) {
    std::error_code failed;
    fs::create_directories(folder / "card", failed);
    auto done = write_file(folder / (card.name + ".onnx"), onnx);
    if (done)
        done =
            write_file(folder / (card.name + ".json"), json::serialize(to_json(card, onnx)) + "\n");
    if (done) done = write_file(folder / (card.name + ".md"), to_markdown(card));
    if (done) done = write_pictures(folder / "card", "synthetic", card.synthetic);
    if (done) done = write_pictures(folder / "card", "careful", card.careful);
    if (done && card.crossed) done = write_pictures(folder / "card", "crossed", *card.crossed);
    if (done && card.human) done = write_pictures(folder / "card", "human", *card.human);
    return done;
}

}  // namespace croquis::learning
