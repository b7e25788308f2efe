#include "service/projects/labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "core/characters.h"
#include "core/text.h"
#include "recognition/label_name.h"
#include "store/labelling.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

/// A language tag of BCP 47 in outline: "fr", "pt-BR".
bool is_language(std::string_view tag) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto first = std::min(tag.find('-'), tag.size());
    if (first < 2 || first > 3 || tag.size() > 35 || tag.ends_with('-')) return false;
    return std::all_of(tag.begin(), tag.begin() + static_cast<std::ptrdiff_t>(first), letter) &&
           std::all_of(tag.begin(), tag.end(),
                       [&](char c) { return letter(c) || digit(c) || c == '-'; });
}

Result<void> check_titles(const Titles& titles) {
    if (titles.size() > store::max_languages) return store::too_many_titles();
    for (const auto& [language, title] : titles) {
        const auto field = "titles/" + language;
        if (!is_language(language))
            return Error{ErrorKind::invalid, "A language is written as in fr or pt-BR.", field};
        if (!title) continue;
        if (!is_utf8(*title)) return Error{ErrorKind::invalid, "This is not valid UTF-8.", field};
        if (trimmed(*title).empty() || title->size() > max_title_bytes ||
            has_control_characters(*title))
            return Error{ErrorKind::invalid,
                         fmt::format("A title has 1 to {} bytes without control characters.",
                                     max_title_bytes),
                         field};
    }
    return {};
}

Result<void> check_colour(const std::optional<std::string>& colour) {
    const auto digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (!colour || (colour->size() == 7 && colour->front() == '#' &&
                    std::all_of(colour->begin() + 1, colour->end(), digit)))
        return {};
    return Error{ErrorKind::invalid, "A colour is written as in #3451c6.", "colour"};
}

Result<void> check_key(const std::optional<std::string>& key) {
    const auto sign = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); };
    if (!key || (key->size() == 1 && sign(key->front()) && key->front() != 'u')) return {};
    return Error{ErrorKind::invalid,
                 "A key is one of 0 to 9 and a to z, by its place on an American keyboard; u is "
                 "taken, it undoes.",
                 "key"};
}

Result<void> check_all(const Titles& titles, const std::optional<std::string>& colour,
                       const std::optional<std::string>& key) {
    if (const auto fine = check_titles(titles); !fine) return fine.error();
    if (const auto fine = check_colour(colour); !fine) return fine.error();
    return check_key(key);
}

std::string merge_patch(const Titles& titles) {
    json::object patch;
    for (const auto& [language, title] : titles)
        patch[language] = title ? json::value(*title) : json::value(nullptr);
    return json::serialize(patch);
}

}  // namespace

Result<std::set<std::string>> labels_in_use(store::ProjectStore& store, int project) {
    const auto labels = store.labels(project);
    if (!labels) return labels.error();
    std::set<std::string> names;
    for (const auto& label : *labels)
        if (!label.retired) names.insert(label.name);
    return names;
}

Result<store::Label> add_label(store::ProjectStore& store, const NewLabel& label, int project,
                               const store::Author& by) {
    if (const auto fine = recognition::check_label_name(label.name); !fine) return fine.error();
    if (const auto fine = check_all(label.titles, label.colour, label.key); !fine)
        return fine.error();
    Titles given = label.titles;
    std::erase_if(given, [](const auto& title) { return !title.second; });
    const store::Label added{label.name, merge_patch(given), label.colour, label.key, false};
    return store.add_label(project, added, label.position, by);
}

Result<store::Label> change_label(store::ProjectStore& store, const std::string& name,
                                  const LabelEdit& edit, int project, const store::Author& by) {
    const auto fine = check_all(edit.titles.value_or(Titles{}), edit.colour.value_or(std::nullopt),
                                edit.key.value_or(std::nullopt));
    if (!fine) return fine.error();
    store::LabelChange change;
    if (edit.titles) change.titles = merge_patch(*edit.titles);
    change.colour = edit.colour;
    change.key = edit.key;
    change.place = edit.position;
    change.retired = edit.retired;
    change.example = edit.example;
    return store.change_label(project, name, change, by);
}

Result<store::LabelMergeStep> merge_label(store::ProjectStore& store, const std::string& from,
                                          const std::string& into, const store::Author& by,
                                          int project) {
    store::LabelMerge merge;
    merge.from = from;
    merge.into = into;
    merge.by = by;
    merge.at = now();
    return store.merge_label(project, merge);
}

}  // namespace croquis::service
