#include "learning/training/left_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <map>

#include "learning/dataset/json_fields.h"
#include "learning/dataset/people.h"
#include "learning/training/card_files.h"

namespace croquis::learning {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

double number_at(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr || !value->is_number() ? 0 : value->to_number<double>();
}

/// Names and digests of the files that were read.
std::map<std::string, std::string> data_of(const json::object& training) {
    std::map<std::string, std::string> data;
    const auto* files = training.if_contains("files");
    if (files == nullptr || !files->is_array()) return data;
    for (const auto& file : files->get_array())
        if (const auto* object = file.if_object())
            data[dataset::text_in(*object, "file")] = dataset::text_in(*object, "sha256");
    return data;
}

std::string program_of(const json::object& training) {
    return dataset::text_in(training, "version") + ", commit " +
           dataset::text_in(training, "commit");
}

std::vector<std::string> differences(const json::object& row, const json::object& training) {
    const auto* value = row.if_contains("training");
    const auto* made = value == nullptr ? nullptr : value->if_object();
    if (made == nullptr || !row.contains("without"))
        return {"made by an earlier program, which does not say from which drawings"};
    std::vector<std::string> differs;
    if (data_of(*made) != data_of(training)) differs.emplace_back("from other drawings");
    for (const std::string_view name : {"seed", "batch"})
        if (number_at(*made, name) != number_at(training, name))
            differs.push_back(fmt::format("with {} {:.0f}", name, number_at(*made, name)));
    if (dataset::text_in(*made, "device") != dataset::text_in(training, "device"))
        differs.push_back("on " + dataset::text_in(*made, "device"));
    if (program_of(*made) != program_of(training))
        differs.push_back("by croquis-train " + program_of(*made));
    return differs;
}

double samples_of(const json::object& row) {
    return number_at(row, "steps") * number_at(row, "batch");
}

/// "93.9 % | 91.4 to 95.9 %" of a share of a report, or nothing of none.
std::string share_cells(const json::object& report, const std::string& share, const char* of) {
    if (report.at(of).to_number<double>() == 0) return " | ";
    const auto& interval = report.at("intervals_95").at(share).as_array();
    return fmt::format(
        "{:.1f} % | {}", 100 * report.at(share).to_number<double>(),
        to_text(Interval{interval.at(0).to_number<double>(), interval.at(1).to_number<double>()}));
}

/// "0.021 (0.010)"; nothing where no drawing tells, or an older program did not measure it.
std::string error_cell(const json::object& report, const std::string& name, bool measured) {
    const auto* chance = report.if_contains(name + "_by_chance");
    if (!measured || chance == nullptr) return {};
    return fmt::format("{:.3f} ({:.3f})", number_at(report, name),
                       number_at(chance->as_object(), "mean"));
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

/// How many samples the rows' networks learnt from, of those of this one.
std::string part_of_samples(const std::vector<json::object>& rows, const json::object& training) {
    const double all = std::max(1.0, number_at(training, "samples"));
    double least = samples_of(rows.front()) / all;
    double most = least;
    for (const auto& row : rows) {
        least = std::min(least, samples_of(row) / all);
        most = std::max(most, samples_of(row) / all);
    }
    if (least == 1 && most == 1) return "as many samples as this one";
    return most - least < 0.0005
               ? fmt::format("{:.1f} % of its samples", 100 * most)
               : fmt::format("{:.1f} to {:.1f} % of its samples", 100 * least, 100 * most);
}

std::string first_words(const std::vector<json::object>& rows, const json::object& training) {
    const bool began = training.contains("begun_with");
    return fmt::format(
        "## On sources that the network never met\n\n"
        "What a stranger gets: for each row a network of the same form was trained from random "
        "weights{} on {}, without any drawing of what the row leaves out (sets that hold the same "
        "drawings together), calibrated without it, and asked about all of the source. Such a "
        "network is not this one, which has met the source.\n\n",
        began ? ", which this one was not," : ", as this one was,",
        part_of_samples(rows, training));
}

/// What a row's intervals are over; those of older files are over drawings.
std::string interval_over(const json::object& row) {
    const auto& report = row.at("report").as_object();
    const auto* over = report.if_contains("intervals_over");
    const double hands = over == nullptr ? 0 : number_at(over->as_object(), "hands");
    if (hands == 0) return "drawings";
    return counted_hands(dataset::text_in(row, "source"), static_cast<std::size_t>(hands));
}

std::string row_of(const json::object& row) {
    const auto& report = row.at("report").as_object();
    const double shapes = number_at(report, "shapes");
    return fmt::format("| {} | {} | {:.0f} | {} | {:.0f} | {} | {} | {} | {:.0f} | {} | {} |\n",
                       dataset::text_in(row, "source"), sources_left_out(row), samples_of(row),
                       interval_over(row), shapes, share_cells(report, "accuracy", "shapes"),
                       share_cells(report, "merged_accuracy", "shapes"),
                       error_cell(report, "calibration_error", shapes > 0),
                       number_at(report, "others"), share_cells(report, "refused_others", "others"),
                       error_cell(report, "calibration_error_all", true));
}

/// How often a label was predicted: by the confusion matrix, which older files have too.
double predicted_of(const json::object& report, std::size_t label) {
    double count = 0;
    for (const auto& row : report.at("confusion").as_array())
        count += row.as_array().at(label).to_number<double>();
    return count;
}

std::string label_rows_of(const json::object& row) {
    const auto& report = row.at("report").as_object();
    std::string text;
    std::size_t index = 0;
    for (const auto& value : report.at("per_label").as_array()) {
        const auto& label = value.as_object();
        const double predicted = predicted_of(report, index++);
        if (number_at(label, "drawings") == 0) continue;
        text += fmt::format(
            "| {} | {} | {:.0f} | {} | {:.1f} % |\n", dataset::text_in(row, "source"),
            dataset::text_in(label, "label"), number_at(label, "drawings"),
            predicted > 0 ? fmt::format("{:.1f} %", 100 * number_at(label, "precision")) : "-",
            100 * number_at(label, "recall"));
    }
    return text;
}

std::string listed(const json::value& words) {
    std::string text;
    for (const auto& word : words.as_array())
        text += (text.empty() ? "" : "; ") + std::string(word.as_string());
    return text;
}

/// Rows that are not quite of this model say so.
std::string reservations(const std::vector<json::object>& rows) {
    std::string text;
    for (const auto& row : rows)
        if (!row.at("differs").as_array().empty())
            text += fmt::format("- {}: {}.\n", dataset::text_in(row, "source"),
                                listed(row.at("differs")));
    return text.empty() ? text : "Not made as this model was:\n\n" + text + "\n";
}

Result<json::object> read_row(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    boost::system::error_code broken;
    auto value = json::parse(text, broken);
    if (broken || !value.is_object() || !value.get_object().contains("report"))
        return Error{ErrorKind::malformed, "Not what --leave-out writes: " + file.string()};
    return std::move(value.get_object());
}

}  // namespace

Result<void> write_left_out(const fs::path& folder, const LeftOut& left_out) {
    std::error_code failed;
    fs::create_directories(folder / "left-out", failed);
    const auto& training = left_out.made.training;
    const json::object object{{"source", left_out.source},
                              {"without", json::value_from(left_out.without)},
                              {"seed", training.seed},
                              {"steps", training.steps},
                              {"batch", training.batch},
                              {"training", to_json(left_out.made)},
                              {"report", learning::to_json(left_out.report)}};
    return write_file(folder / "left-out" / (left_out.source + ".json"),
                      json::serialize(object) + "\n");
}

Result<std::vector<json::object>> read_left_out(const fs::path& folder,
                                                const json::object& training) {
    std::map<std::string, fs::path> files;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder / "left-out", failed))
        if (entry.path().extension() == ".json") files[entry.path().filename()] = entry.path();
    std::vector<json::object> rows;
    for (const auto& [name, file] : files) {
        auto row = read_row(file);
        if (!row) return row.error();
        (*row)["differs"] = json::value_from(differences(*row, training));
        // Where they are others, that is said now; the card need not list them once more.
        if (auto* made = row->if_contains("training"); made != nullptr && made->is_object())
            made->get_object().erase("files");
        rows.push_back(std::move(*row));
    }
    return rows;
}

std::string left_out_text(const std::vector<json::object>& rows, const json::object& training) {
    if (rows.empty()) return {};
    std::string table =
        "| source | left out | samples | intervals over | shapes | accuracy | 95 % | similar "
        "merged "
        "| 95 % | calibration error (by chance) | out-of-distribution | rejection rate | 95 % | of "
        "all answers (by chance) |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";
    std::string labels =
        "| source | label | drawings | precision | recall |\n|---|---|---|---|---|\n";
    for (const auto& row : rows) {
        table += row_of(row);
        labels += label_rows_of(row);
    }
    return first_words(rows, training) + table + "\n" + reservations(rows) + "By label:\n\n" +
           labels + "\n";
}

}  // namespace croquis::learning
