#include "learning/training/card.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>

#include "core/bytes.h"
#include "drawing/normalise.h"
#include "learning/synthesis/sketcher.h"

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

/// The drawings learnt from, a file of their own: they are too many for what an API shows.
std::string ids_file(const Card& card) {
    return card.name + ".learnt.txt";
}

std::string ids_text(const Card& card) {
    std::string text;
    for (const auto& id : card.learnt) text.append(id).append("\n");
    return text;
}

json::object training_of(const Card& card) {
    json::array files;
    for (const auto& file : card.files)
        files.push_back(
            {{"file", file.name}, {"sha256", file.sha256}, {"drawings", file.drawings}});
    json::object counts;
    for (const auto& [source, count] : card.counts)
        counts[source] = {{"learnt", count.learnt}, {"judged", count.judged}};
    json::object training{{"program", "croquis-train"},
                          {"version", CROQUIS_VERSION},
                          {"seed", card.training.seed},
                          {"steps", card.training.steps},
                          {"batch", card.training.batch},
                          {"device", card.result.on_gpu ? "cuda" : "cpu"},
                          {"samples", card.training.steps * card.training.batch},
                          {"rate_falls_from_step", card.training.fall()},
                          {"categories", card.categories},
                          {"categories_unseen", json::value_from(card.unseen)},
                          {"files", std::move(files)},
                          {"sources", std::move(counts)},
                          {"ids", card.learnt.size()},
                          {"ids_file", ids_file(card)},
                          {"ids_sha256", to_hex(sha256(as_bytes(ids_text(card))))},
                          {"last_loss", card.result.last_loss}};
    if (!card.begun_with.empty()) training["begun_with"] = card.begun_with;
    return training;
}

json::array sources_of(const Card& card) {
    json::array sources;
    for (const auto& source : card.sources) {
        auto report = learning::to_json(source.measured.report);
        report["source"] = source.source;
        report["temperature_without_it"] = source.calibration.temperature;
        report["unknown_bias_without_it"] = source.calibration.unknown_bias;
        sources.push_back(std::move(report));
    }
    return sources;
}

json::array few_shot_of(const Card& card) {
    json::array all;
    for (const auto& shown : card.few_shot)
        all.push_back({{"ways", shown.ways},
                       {"shots", shown.shots},
                       {"episodes", shown.episodes},
                       {"categories", shown.categories},
                       {"accuracy", shown.accuracy},
                       {"low", shown.low},
                       {"high", shown.high}});
    return all;
}

json::object to_json(const Card& card, const std::string& onnx,
                     const std::vector<json::object>& left_out) {
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
                        {"embedding", {{"output", "embedding"}, {"size", embedding_size}}},
                        {"training", training_of(card)},
                        {"calibration", {{"unknown_bias", card.calibration.unknown_bias}}},
                        {"people", sources_of(card)},
                        {"few_shot", few_shot_of(card)},
                        {"synthetic", learning::to_json(card.synthetic.report)},
                        {"careful", learning::to_json(card.careful.report)}};
    object["left_out"] = json::array(left_out.begin(), left_out.end());
    if (!card.sources.empty()) object["human"] = learning::to_json(card.people.report);
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
        std::size_t count, label, predicted;
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
        text += fmt::format("- {} taken for {}: {}\n", report.labels[pairs[i].label],
                            report.labels[pairs[i].predicted],
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
               "| accuracy | {:.1f} % | {} |\n"
               "| accuracy (similar labels merged) | {:.1f} % | {} |\n"
               "| rejected as unknown | {:.1f} % | {} |\n"
               "| expected calibration error | {:.3f} | |\n"
               "| … of a perfectly calibrated model, by chance | {:.3f} | up to {:.3f} |\n"
               "| out-of-distribution | {} | |\n"
               "| rejection rate | {:.1f} % | {} |\n\n"
               "Similar are circle/ellipse, square/rectangle and zigzag/squiggle.\n\n"
               "![Confusion matrix](card/{}-confusion.svg)\n"
               "![Reliability](card/{}-reliability.svg)\n\n",
               title, report.shapes, 100 * report.accuracy.part(),
               to_text(report.accuracy.interval()), 100 * report.merged_accuracy.part(),
               to_text(report.merged_accuracy.interval()), 100 * report.rejected_shapes.part(),
               to_text(report.rejected_shapes.interval()), report.calibration_error, chance.mean,
               chance.most, report.out_of_distribution, 100 * report.rejected_ood.part(),
               report.out_of_distribution == 0 ? "" : to_text(report.rejected_ood.interval()),
               picture, picture) +
           label_table(report) + failures(report);
}

std::string learnt_from(const Card& card) {
    std::string text =
        fmt::format("{} samples, none seen twice (seed {}): sketches by the project's own sketcher",
                    card.training.steps * card.training.batch, card.training.seed);
    if (card.learnt.empty()) return text + " alone. No person's drawing was learnt from.";
    std::size_t learnt = 0;
    for (const auto& count : card.counts) learnt += count.second.learnt;
    text += fmt::format(
        ", and {} drawings by people, each time augmented differently: turned, warped, shaken, cut "
        "short as far as the label allows, with pens of all widths and some through 28 pixels. "
        "Beside the shapes, the embedding learns to tell {} categories apart. The weights are the "
        "mean over the last {} steps.\n",
        learnt, card.categories, card.training.steps - card.training.average_from());
    if (!card.begun_with.empty())
        text += fmt::format(
            "\nIts convolutions were not random at the beginning, but those of an earlier model of "
            "this program (SHA-256 {}).\n",
            card.begun_with);
    text += "\n| source | learnt from | kept to judge |\n|---|---|---|\n";
    for (const auto& [source, count] : card.counts)
        text += fmt::format("| {} | {} | {} |\n", source, count.learnt, count.judged);
    return text +
           "\nWhere they come from and under which licence: docs/data.md. Digests of the files "
           "and the ids of the drawings learnt from are in the JSON card.";
}

/// One line a source, before the details.
std::string overview(const Card& card) {
    if (card.sources.empty()) return {};
    std::string text =
        "## On drawings by people that were kept from training\n\n"
        "Each source's drawings are answered with a confidence that was calibrated on the others "
        "only. The network learnt from other drawings of most of these sources (the table below), "
        "so a source that it has never met may do worse.\n\n"
        "| source | shapes | accuracy | 95 % | similar merged | rejected | calibration error (by "
        "chance) | out-of-distribution | rejection rate | 95 % "
        "|\n|---|---|---|---|---|---|---|---|---|---|\n";
    auto rows = card.sources;
    rows.push_back({"**all**", card.people, {}});
    for (const auto& source : rows) {
        const Report& r = source.measured.report;
        const auto chance = calibration_by_chance(r.reliability);
        const bool shapes = r.shapes > 0;
        const bool outside = r.out_of_distribution > 0;
        text += fmt::format(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", source.source, r.shapes,
            shapes ? fmt::format("{:.1f} %", 100 * r.accuracy.part()) : "",
            shapes ? to_text(r.accuracy.interval()) : "",
            shapes ? fmt::format("{:.1f} %", 100 * r.merged_accuracy.part()) : "",
            shapes ? fmt::format("{:.1f} %", 100 * r.rejected_shapes.part()) : "",
            shapes ? fmt::format("{:.3f} ({:.3f})", r.calibration_error, chance.mean) : "",
            r.out_of_distribution,
            outside ? fmt::format("{:.1f} %", 100 * r.rejected_ood.part()) : "",
            outside ? to_text(r.rejected_ood.interval()) : "");
    }
    return text + "\n";
}

/// What `folder`/left-out holds, by the names of its files.
Result<std::vector<json::object>> read_left_out(const fs::path& folder) {
    std::map<std::string, fs::path> files;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder / "left-out", failed))
        if (entry.path().extension() == ".json") files[entry.path().filename()] = entry.path();
    std::vector<json::object> all;
    for (const auto& [name, file] : files) {
        std::ifstream in(file, std::ios::binary);
        const std::string text(std::istreambuf_iterator<char>(in), {});
        boost::system::error_code broken;
        auto value = json::parse(text, broken);
        if (broken || !value.is_object())
            return Error{ErrorKind::malformed, "Not what --leave-out writes: " + file.string()};
        all.push_back(std::move(value.get_object()));
    }
    return all;
}

/// "93.9 % | 91.4 to 95.9 %" of a share of a report, or nothing of none.
std::string share_cells(const json::object& report, const std::string& share, const char* of) {
    if (report.at(of).to_number<double>() == 0) return " | ";
    const auto& interval = report.at("intervals_95").at(share).as_array();
    return fmt::format(
        "{:.1f} % | {}", 100 * report.at(share).to_number<double>(),
        to_text(Interval{interval.at(0).to_number<double>(), interval.at(1).to_number<double>()}));
}

/// "quickdraw, quickdraw-28px"; older files do not say it.
std::string sources_left_out(const json::object& row) {
    const auto* without = row.if_contains("without");
    if (without == nullptr || !without->is_array()) return "not said";
    std::string text;
    for (const auto& source : without->get_array())
        text += (text.empty() ? "" : ", ") + std::string(source.as_string());
    return text;
}

std::string left_out_table(const std::vector<json::object>& left_out) {
    if (left_out.empty()) return {};
    std::string text =
        "## On sources that the network never met\n\n"
        "What a stranger gets: for each row a network was trained as this one, but from random "
        "weights and on fewer samples, without any drawing of what the row leaves out, calibrated "
        "without it, and asked about all of the source.\n\n"
        "| source | left out | samples | shapes | accuracy | 95 % | similar merged | 95 % | "
        "out-of-distribution | rejection rate | 95 % "
        "|\n|---|---|---|---|---|---|---|---|---|---|---|\n";
    for (const auto& row : left_out) {
        const auto& report = row.at("report").as_object();
        text += fmt::format(
            "| {} | {} | {} | {} | {} | {} | {} | {} |\n",
            std::string_view(row.at("source").as_string()), sources_left_out(row),
            row.at("steps").to_number<std::int64_t>() * row.at("batch").to_number<std::int64_t>(),
            report.at("shapes").to_number<std::int64_t>(),
            share_cells(report, "accuracy", "shapes"),
            share_cells(report, "merged_accuracy", "shapes"),
            report.at("others").to_number<std::int64_t>(),
            share_cells(report, "refused_others", "others"));
    }
    return text + "\n";
}

std::string few_shot_table(const Card& card) {
    if (card.few_shot.empty()) return {};
    std::string text = fmt::format(
        "## The embedding, on {} categories that it never saw\n\nA head taught on a few drawings "
        "of "
        "each of some categories, asked about others of them; the interval is by bootstrap over "
        "the "
        "categories.\n\n| ways | shots | accuracy | 95 % | episodes |\n|---|---|---|---|---|\n",
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

std::string to_markdown(const Card& card, const std::vector<json::object>& left_out) {
    std::string text = fmt::format(
        "# Model card: {}\n\nWritten by croquis-train; every figure is measured.\n\n**What it "
        "is.** A convolutional network of {:.2f} million multiply-accumulates with two outputs of "
        "a "
        "{} x {} picture: which of {} shapes it shows, or \"unknown\" for anything else or where "
        "the calibrated confidence is under {:.2f}; and an embedding of {} numbers, by which other "
        "drawings can be told apart.\n\n",
        card.name, static_cast<double>(card.multiply_accumulates) / 1e6, drawing::model_side,
        drawing::model_side, shape_labels().size() - 1, card.calibration.unknown_below,
        embedding_size);
    text += left_out_table(left_out) + overview(card) + few_shot_table(card);
    const bool on_gpu = card.result.on_gpu;
    text += fmt::format(
        "## How it was made\n\n**What it learnt from.** {}\n\n**Calibrated on** {}. Temperature "
        "{:.3f}; bias of \"unknown\" {:+.2f} (in the exported weights).\n\n**Made again** by "
        "`croquis-train --seed {} --batch {} --steps {}{}{}{}`.{}\n\n",
        learnt_from(card),
        card.sources.empty() ? "sketches never trained on"
                             : "the drawings by people kept to judge, and careful sketches; every "
                               "source counts alike, and the shapes of all sources together twice "
                               "as much as what is none: who opens the page means to draw one",
        card.calibration.temperature, card.calibration.unknown_bias, card.training.seed,
        card.training.batch, card.training.steps, card.learnt.empty() ? "" : " --people DIR",
        card.begun_with.empty() ? "" : " --begin-with MODEL.onnx", on_gpu ? " --device cuda" : "",
        on_gpu ? " The sums of a GPU differ in the last digits from run to run and from a "
                 "processor's, so that the weights do too."
               : "");
    for (const auto& source : card.sources)
        text += section("On " + source.source + ": people's drawings kept from training",
                        source.source, source.measured);
    text += section("On careful sketches (care 0.8 to 1, six labels)", "careful", card.careful) +
            worst("careful");
    return text + section("On sketches of all kinds", "synthetic", card.synthetic) +
           worst("synthetic");
}

Result<void> write_pictures(const fs::path& folder, const std::string& name,
                            const Measured& measured) {
    auto done = write_file(folder / (name + "-confusion.svg"), confusion_svg(measured.report));
    if (done)
        done = write_file(folder / (name + "-reliability.svg"), reliability_svg(measured.report.reliability));
    return done;
}

/// The worst mistakes on sketches. Those on people's drawings are not shown: a card goes into a
/// repository, and the drawings are not the project's own.
Result<void> write_failures(const fs::path& folder, const std::string& name,
                            const Measured& measured) {
    return write_file(folder / (name + "-failures.svg"), failures_svg(measured.failures));
}

}  // namespace

Result<void> write_left_out(const fs::path& folder, const LeftOut& left_out) {
    std::error_code failed;
    fs::create_directories(folder / "left-out", failed);
    const json::object object{
        {"source", left_out.source},        {"without", json::value_from(left_out.without)},
        {"seed", left_out.training.seed},   {"steps", left_out.training.steps},
        {"batch", left_out.training.batch}, {"report", learning::to_json(left_out.report)}};
    return write_file(folder / "left-out" / (left_out.source + ".json"),
                      json::serialize(object) + "\n");
}

Result<void> write_model(const fs::path& folder, const std::string& onnx, const Card& card) {
    std::error_code failed;
    fs::create_directories(folder / "card", failed);
    const auto left_out = read_left_out(folder);
    if (!left_out) return left_out.error();
    auto done = write_file(folder / (card.name + ".onnx"), onnx);
    if (done)
        done = write_file(folder / (card.name + ".json"),
                          json::serialize(to_json(card, onnx, *left_out)) + "\n");
    if (done && !card.learnt.empty()) done = write_file(folder / ids_file(card), ids_text(card));
    if (done) done = write_file(folder / (card.name + ".md"), to_markdown(card, *left_out));
    if (done) done = write_pictures(folder / "card", "synthetic", card.synthetic);
    if (done) done = write_pictures(folder / "card", "careful", card.careful);
    if (done) done = write_failures(folder / "card", "synthetic", card.synthetic);
    if (done) done = write_failures(folder / "card", "careful", card.careful);
    for (const auto& source : card.sources)
        if (done) done = write_pictures(folder / "card", source.source, source.measured);
    return done;
}

}  // namespace croquis::learning
