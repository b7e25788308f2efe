#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <istream>
#include <map>
#include <set>

#include "core/csv.h"
#include "learning/dataset/id_index.h"
#include "learning/dataset/json_elements.h"
#include "learning/dataset/json_fields.h"
#include "learning/dataset/readers.h"
#include "learning/dataset/text.h"

namespace croquis::dataset {
namespace {

namespace json = boost::json;

/// The labels that one annotation gives to the whole picture, by the control that they were chosen
/// in.
using Choices = std::map<std::string, Labels>;

struct Vote {
    Choices choices;
    bool ground_truth = false;
    std::optional<Timestamp> at;
};

/// What a model chose.
struct Guess {
    Choices choices;
    std::optional<float> confidence;
    std::string model;
};

struct Task {
    Row row;
    std::vector<Vote> votes;
    std::vector<Guess> guesses;
    /// Of JSON-MIN, where it is about one annotation: what that says.
    std::optional<Vote> said = {};
};

template <class Codec, Like<Vote> AnyVote>
void each_member(Codec& codec, AnyVote& vote) {
    auto& [choices, ground_truth, at] = vote;
    codec(choices);
    codec(ground_truth);
    codec(at);
}

template <class Codec, Like<Guess> AnyGuess>
void each_member(Codec& codec, AnyGuess& guess) {
    auto& [choices, confidence, model] = guess;
    codec(choices);
    codec(confidence);
    codec(model);
}

template <class Codec, Like<Task> AnyTask>
void each_member(Codec& codec, AnyTask& task) {
    auto& [row, votes, guesses, said] = task;
    codec(row);
    codec(votes);
    codec(guesses);
    codec(said);
}

/// A choice about a region and not about the picture: it has a place, or an id that a shape has.
bool is_of_region(const json::object& result, const std::set<std::string>& shape_ids) {
    const auto* value = member(result, "value");
    const bool placed = value != nullptr && value->is_object() &&
                        (member(value->get_object(), "x") != nullptr ||
                         member(value->get_object(), "points") != nullptr);
    return placed || shape_ids.contains(text_in(result, "id"));
}

std::set<std::string> ids_of_shapes(const json::array& results) {
    std::set<std::string> ids;
    for (const auto& each : results) {
        const auto* result = each.if_object();
        if (result == nullptr || text_in(*result, "type") == "choices") continue;
        const auto* value = member(*result, "value");
        const bool placed = value != nullptr && value->is_object() &&
                            (member(value->get_object(), "x") != nullptr ||
                             member(value->get_object(), "points") != nullptr);
        if (placed) ids.insert(text_in(*result, "id"));
    }
    ids.erase("");
    return ids;
}

void add_choices(const json::object& result, Choices& choices) {
    const auto* value = member(result, "value");
    const auto* chosen =
        value == nullptr || !value->is_object() ? nullptr : list_in(value->get_object(), "choices");
    if (chosen == nullptr) return;
    for (const auto& each : *chosen) {
        if (!each.is_string()) continue;
        const auto label = to_label(each.get_string());
        if (label && !label->empty()) choices[text_in(result, "from_name")].add(*label);
    }
}

Choices choices_of(const json::object& annotation) {
    Choices choices;
    const auto* results = list_in(annotation, "result");
    if (results == nullptr) return choices;
    const auto shapes = ids_of_shapes(*results);
    for (const auto& each : *results) {
        const auto* result = each.if_object();
        if (result != nullptr && text_in(*result, "type") == "choices" &&
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
std::string task_picture(const json::object& data) {
    if (auto picture = text_in(data, "image"); !picture.empty()) return picture;
    for (const auto& [key, value] : data)
        if (value.is_string() && looks_like_picture(std::string(value.get_string())))
            return std::string(value.get_string());
    return {};
}

std::vector<Vote> votes_of(const json::object& task) {
    const auto* annotations = list_in(task, "annotations");
    if (annotations == nullptr) annotations = list_in(task, "completions");
    std::vector<Vote> votes;
    if (annotations == nullptr) return votes;
    for (const auto& each : *annotations) {
        const auto* annotation = each.if_object();
        if (annotation == nullptr || flag_in(*annotation, "was_cancelled") ||
            flag_in(*annotation, "skipped"))
            continue;
        Vote vote{choices_of(*annotation), flag_in(*annotation, "ground_truth"),
                  lenient_time(text_in(*annotation, "created_at"))};
        if (!vote.choices.empty()) votes.push_back(std::move(vote));
    }
    return votes;
}

/// Of predictions that are there; an id alone says nothing.
std::vector<Guess> guesses_of(const json::object& task) {
    std::vector<Guess> guesses;
    const auto* predictions = list_in(task, "predictions");
    if (predictions == nullptr) return guesses;
    for (const auto& each : *predictions)
        if (const auto* prediction = each.if_object(); prediction != nullptr)
            guesses.push_back({choices_of(*prediction), share_in(*prediction, "score"),
                               text_in(*prediction, "model_version")});
    return guesses;
}

Result<Task> task_of(const json::object& object, const std::string& place) {
    const auto* wrapped = member(object, "data");
    const auto& data = wrapped != nullptr && wrapped->is_object() ? wrapped->get_object() : object;
    Task task;
    task.row.picture = task_picture(data);
    task.row.record.place = place;
    if (task.row.picture.empty()) return Error{ErrorKind::malformed, "The task has no picture."};
    if (auto picture = embedded_picture(task.row.picture)) {
        if (!*picture) return picture->error();
        task.row.record.image = std::move(**picture);
    }
    task.row.record.external_id = id_in(object, "id");
    task.row.record.created_at = lenient_time(text_in(object, "created_at"));
    task.guesses = guesses_of(object);
    task.votes = votes_of(object);
    const auto* meta = object_in(object, "meta");
    const auto* own = meta == nullptr ? nullptr : object_in(*meta, "croquis");
    if (own != nullptr) {
        task.guesses.clear();
        read_own_fields(*own, task.row.record);
    }
    return task;
}

/// How often the controls were chosen in.
class ControlUses {
  public:
    void count(const Vote& vote) { count(vote.choices, by_people_); }
    void count(const Guess& guess) { count(guess.choices, by_models_); }

    /// By people; by models where no person chose.
    [[nodiscard]] const std::map<std::string, std::size_t>& all() const {
        return by_people_.empty() ? by_models_ : by_people_;
    }

  private:
    static void count(const Choices& choices, std::map<std::string, std::size_t>& uses) {
        for (const auto& [control, labels] : choices)
            if (!control.empty()) ++uses[control];
    }

    std::map<std::string, std::size_t> by_people_, by_models_;
};

Error which_control(const std::map<std::string, std::size_t>& uses) {
    std::vector<std::string> names;
    names.reserve(uses.size());
    for (const auto& [control, count] : uses) names.push_back(fmt::format("\"{}\"", control));
    return {ErrorKind::invalid,
            fmt::format("The controls {} could all be meant: say which with --label-column.",
                        fmt::join(names, ", ")),
            "label-column"};
}

/// A choice without a control counts as the main one's.
Labels labels_in(const Choices& choices, const std::string& control) {
    std::set<std::string> labels;
    for (const auto& [name, chosen] : choices)
        if (name.empty() || name == control) labels.insert(chosen.begin(), chosen.end());
    return {labels.begin(), labels.end()};
}

/// The surest first.
void take_suggestions(const std::vector<Guess>& guesses, const std::string& control,
                      std::vector<Suggestion>& suggestions) {
    for (const auto& guess : guesses)
        for (const auto& label : labels_in(guess.choices, control))
            suggestions.push_back({label, guess.confidence, guess.model});
    std::stable_sort(suggestions.begin(), suggestions.end(), [](const auto& a, const auto& b) {
        return a.confidence.value_or(0) > b.confidence.value_or(0);
    });
}

/// Ground truth wins; else all must agree.
void decide(Task& task, const std::string& control) {
    auto& record = task.row.record;
    take_suggestions(task.guesses, control, record.suggestions);
    const bool has_truth = std::any_of(task.votes.begin(), task.votes.end(),
                                       [](const Vote& vote) { return vote.ground_truth; });
    for (const auto& vote : task.votes) {
        if (has_truth && !vote.ground_truth) continue;
        auto labels = labels_in(vote.choices, control);
        if (labels.empty()) continue;
        if (record.labels.empty())
            record.labels = std::move(labels);
        else if (labels != record.labels) {
            for (const auto& label : labels) record.labels.add(label);
            record.disagreed = true;
        }
    }
}

bool is_placed(const json::value& value) {
    const auto* list = value.if_array();
    return list != nullptr && !list->empty() && list->front().is_object() &&
           list->front().get_object().contains("x");
}

/// What a cell of JSON-MIN says was chosen: a text, {"choices": [...]} or a list of both, where
/// there were several results.
void add_chosen(const json::value& value, Labels& labels) {
    if (value.is_string()) {
        const auto label = to_label(value.get_string());
        if (label && !label->empty()) labels.add(*label);
    } else if (const auto* object = value.if_object(); object != nullptr) {
        if (const auto* choices = list_in(*object, "choices"); choices != nullptr)
            for (const auto& choice : *choices) add_chosen(choice, labels);
    } else if (const auto* list = value.if_array(); list != nullptr) {
        for (const auto& each : *list) add_chosen(each, labels);
    }
}

/// Columns that are no control's.
bool is_about_the_task(std::string_view key) {
    constexpr std::array names{"id",         "annotator", "annotation_id", "created_at",
                               "updated_at", "lead_time", "agreement",     "history"};
    return key.starts_with("_data_") || std::find(names.begin(), names.end(), key) != names.end();
}

/// An export's tasks as they come, and what they come to.
class Tasks {
  public:
    Tasks(std::string name, std::string control) : asked_for_(std::move(control)) {
        table_.name = std::move(name);
    }

    void reject(const std::string& place, std::string why) {
        table_.problems.add(Rejected{place, std::move(why)});
    }

    void add(const json::object& object, const std::string& place) {
        if (member(object, "annotation_id") != nullptr) return add_flat(object, place);
        auto task = task_of(object, place);
        if (!task) return reject(place, task.error().detail);
        tasks_.add(*task);
    }

    [[nodiscard]] const std::string& name() const { return table_.name; }

    Result<Table> decided() {
        find_repeated();
        const auto control = main_control();
        if (!control) return control.error();
        auto more = repeated_.begin();
        for (std::uint32_t i = 0; i < tasks_.size(); ++i) {
            if (is_repeated_[i]) continue;
            auto whole = task(i);
            if (whole.said) whole.votes.push_back(std::move(*whole.said));
            for (; more != repeated_.end() && more->first == i; ++more)
                if (auto said = task(more->second).said) whole.votes.push_back(std::move(*said));
            decide(whole, *control);
            table_.rows.add(whole.row);
            tasks_.forget_before(i);
        }
        return std::move(table_);
    }

  private:
    /// Of JSON-MIN: tasks of an id that an earlier one has are that one's.
    void find_repeated() {
        is_repeated_.assign(tasks_.size(), false);
        ids_.sort();
        for (std::uint32_t i = 0; i < ids_.size(); ++i) {
            const auto first = ids_.first_alike(i);
            if (first == i) continue;
            is_repeated_[flat_[i]] = true;
            repeated_.emplace_back(flat_[first], flat_[i]);
        }
        std::sort(repeated_.begin(), repeated_.end());
    }

    /// Without what turned out to be the task's own.
    Task task(std::uint32_t number) {
        auto read = tasks_.read(number);
        const auto leave_out_data = [&](Vote& vote) {
            std::erase_if(vote.choices,
                          [&](const auto& each) { return data_.contains(each.first); });
        };
        for (auto& vote : read.votes) leave_out_data(vote);
        if (read.said) leave_out_data(*read.said);
        return read;
    }

    ControlUses uses_of_controls() {
        ControlUses uses;
        for (std::uint32_t i = 0; i < tasks_.size(); ++i) {
            const auto each = task(i);
            if (each.said) uses.count(*each.said);
            if (is_repeated_[i]) continue;
            for (const auto& vote : each.votes) uses.count(vote);
            for (const auto& guess : each.guesses) uses.count(guess);
        }
        return uses;
    }

    /// The control that the label is chosen in. Of several it is the one used most; where two are,
    /// or where a member may as well be the task's own, that is for a person to say.
    Result<std::string> main_control() {
        auto uses = uses_of_controls().all();
        if (!asked_for_.empty()) {
            if (uses.contains(asked_for_)) return asked_for_;
            return Error{ErrorKind::invalid,
                         fmt::format("There is no column or control \"{}\".", asked_for_),
                         "label-column"};
        }
        const bool has_sure = std::any_of(
            uses.begin(), uses.end(), [&](const auto& each) { return sure_.contains(each.first); });
        if (has_sure)
            std::erase_if(uses, [&](const auto& each) { return !sure_.contains(each.first); });
        if (uses.empty()) return std::string();
        const bool may_be_data = is_flat_ && !has_sure && !knows_data_;
        if (uses.size() > 1 && may_be_data) return which_control(uses);
        const auto most =
            std::max_element(uses.begin(), uses.end(),
                             [](const auto& a, const auto& b) { return a.second < b.second; });
        auto name = most->first;
        std::erase_if(uses,
                      [least = most->second](const auto& each) { return each.second < least; });
        if (uses.size() > 1) return which_control(uses);
        return name;
    }

    /// Of JSON-MIN: a record for each annotation; those of one id are votes.
    void add_flat(const json::object& object, const std::string& place) {
        is_flat_ = true;
        auto task = task_of(object, place);
        if (!task) return reject(place, task.error().detail);
        const auto& picture = task->row.picture;
        const bool annotated = !object.at("annotation_id").is_null();
        knows_data_ = knows_data_ || !annotated;
        const bool has_regions = std::any_of(
            object.begin(), object.end(), [](const auto& each) { return is_placed(each.value()); });
        Vote vote;
        for (const auto& [key, value] : object) {
            if (is_about_the_task(key) || (value.is_string() && value.get_string() == picture))
                continue;
            if (!annotated) data_.insert(std::string(key));  // there without a person: the task's
            if (!annotated || (value.is_array() && has_regions)) continue;
            if (!value.is_string()) sure_.insert(std::string(key));
            Labels labels;
            add_chosen(value, labels);
            if (labels.empty()) continue;
            if (value.is_array() && labels.size() > 1)
                table_.problems.add(
                    Remark{place, "One annotation holds several results; all count."});
            vote.choices.emplace(std::string(key), std::move(labels));
        }
        if (!vote.choices.empty()) task->said = std::move(vote);
        ids_.add(task->row.record.external_id);
        flat_.push_back(static_cast<std::uint32_t>(tasks_.size()));
        tasks_.add(*task);
    }

    Table table_;
    PackedList<Task> tasks_;
    std::vector<std::uint32_t> flat_;  ///< tasks of JSON-MIN
    IdIndex ids_;                      ///< of those
    /// A task, and one that is the same.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> repeated_;
    std::vector<bool> is_repeated_;  ///< by the tasks' numbers
    std::set<std::string> data_;     ///< of JSON-MIN: members of the task and not of a person's
    std::set<std::string> sure_;  ///< of JSON-MIN: members with more than a text, as controls have
    bool is_flat_ = false;        ///< JSON-MIN, or its like as a table
    bool knows_data_ = false;     ///< a task without a person's word showed what is its own
    const std::string asked_for_;
};

/// A cell of a CSV: JSON only where it begins so and is; an empty one is none.
std::optional<json::value> value_of(const std::string& cell) {
    if (cell.empty()) return std::nullopt;
    if (cell.front() == '{' || cell.front() == '[') {
        json::error_code failed;
        auto value = json::parse(cell, failed);
        if (!failed) return value;
    }
    return json::value(cell);
}

}  // namespace

Result<Table> read_label_studio_table(std::istream& in, std::string name,
                                      const std::string& control) {
    Tasks tasks(std::move(name), control);
    JsonElements elements(in);
    std::string element;
    for (;;) {
        const auto more = elements.next(element);
        if (!more && elements.count() == 0) return more.error();
        if (!more) tasks.reject(tasks.name(), more.error().detail);
        if (!more || !*more) break;
        const auto place = fmt::format("{}, task {}", tasks.name(), elements.count());
        json::error_code failed;
        const auto value = json::parse(element, failed);
        if (failed)
            tasks.reject(place, fmt::format("line {}: it is not JSON: {}.", elements.line(),
                                            failed.message()));
        else if (!value.is_object())
            tasks.reject(place, "It is not an object.");
        else
            tasks.add(value.get_object(), place);
    }
    return tasks.decided();
}

bool is_label_studio_csv(std::string_view beginning) {
    CsvReader reader(beginning.substr(0, beginning.find_first_of("\r\n")));
    const auto head = reader.next();
    if (!head || !*head) return false;
    const auto has = [&](std::string_view name) {
        const auto& fields = (*head)->fields;
        return std::find(fields.begin(), fields.end(), name) != fields.end();
    };
    return has("annotation_id") && has("annotator");
}

Result<Table> read_label_studio_csv(const TextSource& text, const std::string& control) {
    return read_rows(text, [&](CsvReader& rows) -> Result<Table> {
        Tasks tasks(text.name, control);
        const auto head = rows.next();
        if (!head) return head.error();
        for (;;) {
            const auto row = rows.next();
            const auto place = fmt::format("{}:{}", tasks.name(), rows.line());
            if (!row) {
                tasks.reject(place, row.error().detail);
                continue;
            }
            if (!*row) return tasks.decided();
            json::object object{{"annotation_id", nullptr}};
            const auto columns = std::min((*row)->fields.size(), (*head)->fields.size());
            for (std::size_t i = 0; i < columns; ++i)
                if (auto value = value_of((*row)->fields[i])) object[(*head)->fields[i]] = *value;
            tasks.add(object, place);
        }
    });
}

}  // namespace croquis::dataset
