#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <istream>
#include <map>
#include <set>

#include "core/text.h"
#include "learning/dataset/json_elements.h"
#include "learning/dataset/readers.h"
#include "learning/dataset/text.h"

namespace croquis::dataset {
namespace {

namespace json = boost::json;

/// The labels that one annotation gives to the whole picture, by the control that they were chosen
/// in.
using Choices = std::map<std::string, std::vector<std::string>>;

struct Vote {
    Choices choices;
    bool ground_truth = false;
    std::optional<Timestamp> at;
};

struct Task {
    Row row;
    std::vector<Vote> votes;
};

const json::value* member(const json::object& object, std::string_view key) {
    return object.if_contains(json::string_view(key.data(), key.size()));
}

const json::array* list(const json::object& object, std::string_view key) {
    const auto* value = member(object, key);
    return value == nullptr ? nullptr : value->if_array();
}

std::string text(const json::object& object, std::string_view key) {
    const auto* value = member(object, key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

bool flag(const json::object& object, std::string_view key) {
    const auto* value = member(object, key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::optional<float> share(const json::object& object, std::string_view key) {
    const auto* value = member(object, key);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    const auto number = value->to_number<double>();
    return number >= 0 && number <= 1 ? std::optional(static_cast<float>(number)) : std::nullopt;
}

/// A choice about a region and not about the picture: it has a place, or an id that a shape has.
bool is_of_region(const json::object& result, const std::set<std::string>& shape_ids) {
    const auto* value = member(result, "value");
    const bool placed = value != nullptr && value->is_object() &&
                        (member(value->get_object(), "x") != nullptr ||
                         member(value->get_object(), "points") != nullptr);
    return placed || shape_ids.contains(text(result, "id"));
}

std::set<std::string> ids_of_shapes(const json::array& results) {
    std::set<std::string> ids;
    for (const auto& each : results) {
        const auto* result = each.if_object();
        if (result == nullptr || text(*result, "type") == "choices") continue;
        const auto* value = member(*result, "value");
        const bool placed = value != nullptr && value->is_object() &&
                            (member(value->get_object(), "x") != nullptr ||
                             member(value->get_object(), "points") != nullptr);
        if (placed) ids.insert(text(*result, "id"));
    }
    ids.erase("");
    return ids;
}

void add_choices(const json::object& result, Choices& choices) {
    const auto* value = member(result, "value");
    const auto* chosen =
        value == nullptr || !value->is_object() ? nullptr : list(value->get_object(), "choices");
    if (chosen == nullptr) return;
    for (const auto& each : *chosen) {
        if (!each.is_string()) continue;
        const auto label = to_label(each.get_string());
        if (label && !label->empty()) add_label(choices[text(result, "from_name")], *label);
    }
}

Choices choices_of(const json::object& annotation) {
    Choices choices;
    const auto* results = list(annotation, "result");
    if (results == nullptr) return choices;
    const auto shapes = ids_of_shapes(*results);
    for (const auto& each : *results) {
        const auto* result = each.if_object();
        if (result != nullptr && text(*result, "type") == "choices" &&
            !is_of_region(*result, shapes))
            add_choices(*result, choices);
    }
    return choices;
}

bool looks_like_picture(const std::string& value) {
    return is_picture_name(value.substr(0, value.find('?'))) || value.starts_with("data:image/") ||
           value.find("/data/upload/") != std::string::npos ||
           value.find("/data/local-files/") != std::string::npos;
}

/// The picture may stand under any name; one called "image" comes first.
std::string picture_of(const json::object& data) {
    if (auto picture = text(data, "image"); !picture.empty()) return picture;
    for (const auto& [key, value] : data)
        if (value.is_string() && looks_like_picture(std::string(value.get_string())))
            return std::string(value.get_string());
    return {};
}

std::string id_of(const json::object& task) {
    const auto* id = member(task, "id");
    if (id == nullptr) return {};
    if (id->is_int64()) return std::to_string(id->get_int64());
    if (id->is_uint64()) return std::to_string(id->get_uint64());
    return id->is_string() ? std::string(id->get_string()) : std::string();
}

std::vector<Vote> votes_of(const json::object& task) {
    const auto* annotations = list(task, "annotations");
    if (annotations == nullptr) annotations = list(task, "completions");
    std::vector<Vote> votes;
    if (annotations == nullptr) return votes;
    for (const auto& each : *annotations) {
        const auto* annotation = each.if_object();
        if (annotation == nullptr || flag(*annotation, "was_cancelled") ||
            flag(*annotation, "skipped"))
            continue;
        Vote vote{choices_of(*annotation), flag(*annotation, "ground_truth"),
                  lenient_time(text(*annotation, "created_at"))};
        if (!vote.choices.empty()) votes.push_back(std::move(vote));
    }
    return votes;
}

/// Of predictions that are there; an id alone says nothing.
std::vector<Suggestion> suggestions_of(const json::object& task) {
    std::vector<Suggestion> suggestions;
    const auto* predictions = list(task, "predictions");
    if (predictions == nullptr) return suggestions;
    for (const auto& each : *predictions) {
        const auto* prediction = each.if_object();
        if (prediction == nullptr) continue;
        for (const auto& [control, labels] : choices_of(*prediction))
            for (const auto& label : labels)
                suggestions.push_back(
                    {label, share(*prediction, "score"), text(*prediction, "model_version")});
    }
    std::stable_sort(suggestions.begin(), suggestions.end(), [](const auto& a, const auto& b) {
        return a.confidence.value_or(0) > b.confidence.value_or(0);
    });
    return suggestions;
}

Result<Bytes> decode_data_address(const std::string& name) {
    const auto comma = name.find(',');
    if (comma == std::string::npos || !name.substr(0, comma).ends_with(";base64"))
        return Error{ErrorKind::malformed, "Of data: addresses only those in base64 are read."};
    return from_loose_base64(std::string_view(name).substr(comma + 1));
}

Result<Task> task_of(const json::object& object, const std::string& place) {
    const auto* wrapped = member(object, "data");
    const auto& data = wrapped != nullptr && wrapped->is_object() ? wrapped->get_object() : object;
    Task task;
    task.row.picture = picture_of(data);
    task.row.record.place = place;
    if (task.row.picture.empty()) return Error{ErrorKind::malformed, "The task has no picture."};
    if (task.row.picture.starts_with("data:")) {
        auto picture = decode_data_address(task.row.picture);
        if (!picture) return picture.error();
        task.row.record.image = std::move(*picture);
    }
    task.row.record.external_id = id_of(object);
    task.row.record.created_at = lenient_time(text(object, "created_at"));
    task.row.record.suggestions = suggestions_of(object);
    task.votes = votes_of(object);
    return task;
}

/// The control that the label is chosen in: where there are several, the one used most.
std::string main_control(const std::vector<Task>& tasks) {
    std::map<std::string, std::size_t> uses;
    for (const auto& task : tasks)
        for (const auto& vote : task.votes)
            for (const auto& [control, labels] : vote.choices)
                if (!control.empty()) ++uses[control];
    const auto most = std::max_element(
        uses.begin(), uses.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == uses.end() ? std::string() : most->first;
}

/// A choice without a control counts as the main one's.
std::vector<std::string> labels_in(const Vote& vote, const std::string& control) {
    std::vector<std::string> labels;
    for (const auto& [name, chosen] : vote.choices)
        if (name.empty() || name == control)
            for (const auto& label : chosen) add_label(labels, label);
    std::sort(labels.begin(), labels.end());
    return labels;
}

/// Ground truth wins; else all must agree.
void decide(Task& task, const std::string& control) {
    auto& record = task.row.record;
    const bool has_truth = std::any_of(task.votes.begin(), task.votes.end(),
                                       [](const Vote& vote) { return vote.ground_truth; });
    for (const auto& vote : task.votes) {
        if (has_truth && !vote.ground_truth) continue;
        auto labels = labels_in(vote, control);
        if (labels.empty()) continue;
        if (record.labels.empty())
            record.labels = std::move(labels);
        else if (labels != record.labels) {
            for (const auto& label : labels) add_label(record.labels, label);
            record.disagreed = true;
        }
    }
}

}  // namespace

Result<Table> read_label_studio_table(std::istream& in, std::string name) {
    Table table{std::move(name), {}, {}};
    std::vector<Task> tasks;
    JsonElements elements(in);
    std::string element;
    for (;;) {
        const auto more = elements.next(element);
        if (!more && elements.count() == 0) return more.error();
        if (!more) table.problems.push_back(Rejected{table.name, more.error().detail});
        if (!more || !*more) break;
        const auto place = fmt::format("{}, task {}", table.name, elements.count());
        json::error_code failed;
        const auto value = json::parse(element, failed);
        if (failed || !value.is_object()) {
            table.problems.push_back(
                Rejected{place, failed ? fmt::format("line {}: it is not JSON: {}.",
                                                     elements.line(), failed.message())
                                       : "It is not an object."});
            continue;
        }
        auto task = task_of(value.get_object(), place);
        if (task)
            tasks.push_back(std::move(*task));
        else
            table.problems.push_back(Rejected{place, task.error().detail});
    }
    const auto control = main_control(tasks);
    for (auto& task : tasks) {
        decide(task, control);
        table.rows.push_back(std::move(task.row));
    }
    return table;
}

}  // namespace croquis::dataset
