#include "service/transfer/import_labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "learning/dataset/text.h"
#include "recognition/label_name.h"
#include "service/projects/labels.h"

namespace croquis::service {

Result<void> ImportLabels::read(store::Store& store) {
    auto labels = labels_in_use(store, options_.project);
    if (!labels) return labels.error();
    known_ = std::move(*labels);
    return {};
}

std::string ImportLabels::mapped(const std::string& word) const {
    const auto found = options_.map.find(word);
    return found == options_.map.end() ? word : found->second;
}

Result<std::optional<std::string>> ImportLabels::choose(const dataset::Record& record) {
    std::vector<std::string> labels;
    for (const auto& word : record.labels)
        if (const auto label = mapped(word);
            std::find(labels.begin(), labels.end(), label) == labels.end())
            labels.push_back(label);
    if (options_.labels_as == LabelsAs::ignored || labels.empty())
        return std::optional<std::string>();
    if (labels.size() > 1) {
        tally_.remark(record.place,
                      fmt::format("{}: {}; it comes without a label, to be reviewed.",
                                  record.disagreed ? "people or lines disagree" : "several labels",
                                  fmt::join(labels, ", ")));
        return std::optional<std::string>();
    }
    if (const auto assignable = allow(labels.front()); !assignable) {
        if (assignable.error().code == unknown_label_code) count_unknown(labels.front());
        return assignable.error();
    }
    return std::optional(labels.front());
}

void ImportLabels::count_unknown(const std::string& label) {
    auto& known = tally_.report().unknown_labels;
    if (known.size() >= max_unknown_labels && !known.contains(label)) {
        ++tally_.report().unknown_labels_left_out;
        return;
    }
    auto& counted = known[label];
    if (++counted.drawings == 1) counted.alike = known_alike(label);
}

Result<void> ImportLabels::allow(const std::string& label) {
    if (known_.contains(label)) return {};
    if (const auto valid = recognition::check_label_name(label); !valid) return valid.error();
    if (options_.make_labels) {
        if (const auto known = known_alike(label))
            tally_.remark(
                label, fmt::format("a label of its own beside \"{}\", which differs in case alone: "
                                   "map one to the other if they are one.",
                                   *known));
        known_.insert(label);
        to_make_.push_back(label);
        tally_.report().new_labels.push_back(label);
        return {};
    }
    return Error{ErrorKind::invalid,
                 fmt::format("\"{}\" is not one of the project's labels{}.", label, alike(label)),
                 {},
                 0,
                 unknown_label_code};
}

/// A label that differs in case alone.
std::optional<std::string> ImportLabels::known_alike(const std::string& label) const {
    const auto folded = dataset::case_folded(label);
    for (const auto& known : known_)
        if (dataset::case_folded(known) == folded) return known;
    return std::nullopt;
}

std::string ImportLabels::alike(const std::string& label) const {
    const auto known = known_alike(label);
    return known ? fmt::format(" (\"{}\" is: map one to the other)", *known) : std::string();
}

Result<void> ImportLabels::make(store::Transfer& transfer, const std::vector<std::string>& more) {
    if (options_.make_labels)
        for (const auto& label : more)
            if (const auto allowed = allow(mapped(label)); !allowed)
                tally_.remark(label, allowed.error().detail);
    if (to_make_.empty() || options_.dry_run) return {};
    auto made = transfer.add_labels(options_.project, to_make_);
    to_make_.clear();
    return made;
}

}  // namespace croquis::service
