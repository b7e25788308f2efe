#include "learning/training/card.h"

#include <boost/json.hpp>
#include <fstream>

#include "core/bytes.h"
#include "drawing/normalise.h"
#include "learning/synthesis/sketcher.h"
#include "learning/training/card_files.h"
#include "learning/training/card_text.h"
#include "learning/training/left_out.h"

namespace croquis::learning {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

/// The drawings learnt from, a file of their own: they are too many for what an API shows.
std::string ids_file(const ModelCard& card) {
    return card.name + ".learnt.txt";
}

std::string ids_text(const ModelCard& card) {
    std::string text;
    for (const auto& id : card.learnt) text.append(id).append("\n");
    return text;
}

json::object training_of(const ModelCard& card) {
    json::object counts;
    for (const auto& [source, count] : card.counts) {
        const auto* set = people_set(source);
        counts[source] = {{"learnt", count.learnt},
                          {"judged", count.judged},
                          {"licence", set == nullptr ? std::string() : std::string(set->licence)},
                          {"from", set == nullptr ? std::string() : std::string(set->from)}};
    }
    auto training = to_json(card.made);
    training["categories"] = card.categories;
    training["categories_unseen"] = json::value_from(card.unseen);
    training["sources"] = std::move(counts);
    training["ids"] = card.learnt.size();
    training["ids_file"] = ids_file(card);
    training["ids_sha256"] = digest_of_learnt(card);
    return training;
}

json::array sources_of(const ModelCard& card) {
    json::array sources;
    for (const auto& source : card.sources) {
        auto report = learning::to_json(source.measured.report);
        report["source"] = source.source;
        report["hands"] = std::string(hands_of(source.source));
        report["temperature_without_it"] = source.calibration.temperature;
        report["unknown_bias_without_it"] = source.calibration.unknown_bias;
        sources.push_back(std::move(report));
    }
    return sources;
}

json::array few_shot_of(const ModelCard& card) {
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

json::object to_json(const ModelCard& card, const std::string& digest, json::object training,
                     const std::vector<json::object>& left_out) {
    json::array labels;
    for (const auto& label : shape_labels()) labels.emplace_back(label);
    json::object object{
        {"name", card.name},
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
        {"sha256", digest},
        {"multiply_accumulates", card.multiply_accumulates},
        {"embedding", {{"output", "embedding"}, {"size", embedding_size}}},
        {"training", std::move(training)},
        {"calibration",
         {{"unknown_bias", card.calibration.unknown_bias}, {"unknown_below_is_fitted", false}}},
        {"people", sources_of(card)},
        {"few_shot", few_shot_of(card)},
        {"synthetic", learning::to_json(card.synthetic.report)},
        {"careful", learning::to_json(card.careful.report)}};
    if (!card.measured.empty()) object["measured"] = card.measured;
    object["left_out"] = json::array(left_out.begin(), left_out.end());
    if (!card.sources.empty()) object["human"] = learning::to_json(card.people.report);
    return object;
}

Result<void> write_pictures(const fs::path& folder, const std::string& name,
                            const Measured& measured) {
    const Report& report = measured.report;
    const auto of_shapes = folder / (name + "-reliability.svg");
    std::error_code failed;
    fs::remove(of_shapes, failed);  // of an earlier model
    auto done = write_file(folder / (name + "-confusion.svg"), confusion_svg(report));
    if (done && report.shapes > 0)
        done = write_file(of_shapes, reliability_svg(report.reliability));
    if (done)
        done = write_file(folder / (name + "-reliability-all.svg"),
                          reliability_svg(report.reliability_all));
    return done;
}

/// The worst mistakes on sketches. Those on people's drawings are not shown: a card goes into a
/// repository, and the drawings are not the project's own.
Result<void> write_failures(const fs::path& folder, const std::string& name,
                            const Measured& measured) {
    return write_file(folder / (name + "-failures.svg"), failures_svg(measured.failures));
}

}  // namespace

Result<void> write_file(const fs::path& file, std::string_view text) {
    std::ofstream out(file, std::ios::binary);
    out << text;
    out.close();
    if (!out) return Error{ErrorKind::internal, "Cannot write " + file.string() + "."};
    return {};
}

std::string digest_of_learnt(const ModelCard& card) {
    return to_hex(sha256(as_bytes(ids_text(card))));
}

Result<void> write_model(const fs::path& folder, const std::string& onnx, const ModelCard& card) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    auto done = write_file(folder / (card.name + ".onnx"), onnx);
    if (done && !card.learnt.empty()) done = write_file(folder / ids_file(card), ids_text(card));
    if (!done) return done;
    return write_measured(folder, card, to_hex(sha256(as_bytes(onnx))), training_of(card));
}

Result<void> write_measured(const fs::path& folder, const ModelCard& card,
                            const std::string& digest, json::object training) {
    std::error_code failed;
    fs::create_directories(folder / "card", failed);
    const auto left_out = read_left_out(folder, training);
    if (!left_out) return left_out.error();
    auto done = write_file(folder / (card.name + ".json"),
                           json::serialize(to_json(card, digest, training, *left_out)) + "\n");
    if (done)
        done = write_file(folder / (card.name + ".md"), to_markdown(card, training, *left_out));
    if (done) done = write_pictures(folder / "card", "synthetic", card.synthetic);
    if (done) done = write_pictures(folder / "card", "careful", card.careful);
    if (done) done = write_failures(folder / "card", "synthetic", card.synthetic);
    if (done) done = write_failures(folder / "card", "careful", card.careful);
    for (const auto& source : card.sources)
        if (done) done = write_pictures(folder / "card", source.source, source.measured);
    return done;
}

}  // namespace croquis::learning
