#include "store/labelling.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "store/records.h"

namespace croquis::store {
namespace {

Labels::iterator find(Labels& labels, const std::string& name) {
    return std::find_if(labels.begin(), labels.end(),
                        [&](const Label& label) { return label.name == name; });
}

Error no_label() {
    return {ErrorKind::not_found, "The project has no label of this name."};
}

std::size_t languages_of(const Label& label) {
    boost::system::error_code no_json;
    const auto titles = boost::json::parse(label.titles, no_json);
    return !no_json && titles.is_object() ? titles.get_object().size() : 0;
}

/// Retired labels leave their keys to others.
Result<void> check_key(const Labels& labels, const Label& owner) {
    if (!owner.key || owner.retired) return {};
    for (const auto& label : labels)
        if (label.name != owner.name && !label.retired && label.key == owner.key)
            return Error{ErrorKind::conflict,
                         fmt::format("The label \"{}\" has this key.", label.name), "key", 0,
                         "label_key_taken"};
    return {};
}

}  // namespace

Error too_many_labels() {
    return {ErrorKind::invalid, fmt::format("A project has at most {} labels.", max_labels), "name",
            0, "too_many_labels"};
}

Error too_many_titles() {
    return {ErrorKind::invalid,
            fmt::format("A label has titles in at most {} languages.", max_languages), "titles"};
}

Result<Labels> with_added(Labels labels, const Label& added, std::optional<std::size_t> place) {
    if (find(labels, added.name) != labels.end())
        return Error{ErrorKind::conflict, "The project has a label of this name already.", "name",
                     0, "label_there"};
    if (labels.size() >= max_labels) return too_many_labels();
    if (const auto free = check_key(labels, added); !free) return free.error();
    const auto at = std::min(place.value_or(labels.size()), labels.size());
    labels.insert(labels.begin() + static_cast<std::ptrdiff_t>(at), added);
    return labels;
}

Result<Labels> with_changed(Labels labels, const std::string& name, const LabelChange& change) {
    const auto found = find(labels, name);
    if (found == labels.end()) return no_label();
    Label changed = *found;
    if (change.colour) changed.colour = *change.colour;
    if (change.key) changed.key = *change.key;
    changed.retired = change.retired.value_or(changed.retired);
    if (const auto free = check_key(labels, changed); !free) return free.error();
    if (!change.place) {
        *found = std::move(changed);
        return labels;
    }
    labels.erase(found);
    const auto at = std::min(*change.place, labels.size());
    labels.insert(labels.begin() + static_cast<std::ptrdiff_t>(at), std::move(changed));
    return labels;
}

Result<void> check_titles(const Label& before, const Label& after) {
    const auto titles = languages_of(after);
    if (titles > max_languages && titles > languages_of(before)) return too_many_titles();
    return {};
}

Result<Labels> with_merged(Labels labels, const LabelMerge& merge) {
    const auto from = find(labels, merge.from);
    if (from == labels.end()) return no_label();
    const auto into = find(labels, merge.into);
    if (into == labels.end() || into->retired || into == from)
        return Error{ErrorKind::invalid, "This must be another label that is not retired.", "into"};
    from->retired = true;
    return labels;
}

const std::string& labels_query() {
    static const std::string query = fmt::format(
        "SELECT name, titles, colour, key, retired, (SELECT id FROM drawing WHERE id = "
        "label.example AND drawing.project = label.project AND {}) FROM label WHERE project = $1 "
        "ORDER BY position, name",
        shown);
    return query;
}

const std::string& example_query() {
    static const std::string query =
        fmt::format("SELECT 1 FROM drawing WHERE id = $1 AND project = $2 AND {}", shown);
    return query;
}

Error no_example() {
    return {ErrorKind::invalid, "This must be a drawing of the project that is not hidden.",
            "example"};
}

const Label& label_named(const Labels& labels, const std::string& name) {
    return *std::find_if(labels.begin(), labels.end(),
                         [&](const Label& label) { return label.name == name; });
}

}  // namespace croquis::store
