#include "service/transfer/import_labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "identity/security_log.h"
#include "learning/dataset/text.h"
#include "recognition/label_name.h"
#include "store/labelling.h"

namespace croquis::service {
namespace {

/// Of one drawing, in a remark.
constexpr std::size_t most_labels_told = 20;

/// "circle, square"
std::string listed(const dataset::Labels& labels) {
    const auto told = std::min(labels.size(), most_labels_told);
    const auto end = labels.begin() + static_cast<std::ptrdiff_t>(told);
    auto text = fmt::format("{}", fmt::join(labels.begin(), end, ", "));
    if (told < labels.size()) text += fmt::format(" and {} more", labels.size() - told);
    return text;
}

}  // namespace

Result<void> ImportLabels::read(store::Store& store) {
    const auto labels = store.labels(options_.project);
    if (!labels) return labels.error();
    for (const auto& label : *labels)
        if (label.retired)
            retired_.insert(label.name);
        else
            know(label.name);
    room_ = store::max_labels - std::min(store::max_labels, labels->size());
    return {};
}

void ImportLabels::know(const std::string& label) {
    known_.insert(label);
    by_folded_.emplace(dataset::case_folded(label), label);
}

std::string ImportLabels::mapped(const std::string& word) const {
    const auto found = options_.map.find(word);
    return found == options_.map.end() ? word : found->second;
}

Result<std::optional<std::string>> ImportLabels::choose(const dataset::Record& record) {
    dataset::Labels labels;
    for (const auto& word : record.labels) labels.add(mapped(word));
    if (options_.labels_as == LabelsAs::ignored || labels.empty())
        return std::optional<std::string>();
    if (labels.size() > 1) {
        tally_.remark(record.place,
                      fmt::format("{}: {}; it comes without a label, to be reviewed.",
                                  record.disagreed ? "people or lines disagree" : "several labels",
                                  listed(labels)));
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
        if (!retired_.contains(label)) {
            if (room_ == 0) return store::too_many_labels();
            --room_;
        }
        if (const auto known = known_alike(label))
            tally_.remark(
                label, fmt::format("a label of its own beside \"{}\", which differs in case alone: "
                                   "map one to the other if they are one.",
                                   *known));
        know(label);
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
    const auto known = by_folded_.find(dataset::case_folded(label));
    return known == by_folded_.end() ? std::nullopt : std::optional(known->second);
}

std::string ImportLabels::alike(const std::string& label) const {
    const auto known = known_alike(label);
    return known ? fmt::format(" (\"{}\" is: map one to the other)", *known) : std::string();
}

Result<void> ImportLabels::make(store::Transfer& transfer, const dataset::Labels& more) {
    if (options_.make_labels)
        for (const auto& label : more) {
            const auto allowed = allow(mapped(label));
            if (!allowed) tally_.remark(label, allowed.error().detail);
            if (!allowed && room_ == 0) break;  // as it would be said of each of the others
        }
    if (to_make_.empty() || options_.dry_run) return {};
    const auto made = transfer.add_labels(options_.project, to_make_, options_.author);
    if (!made) return made;
    for (const auto& label : std::exchange(to_make_, {}))
        identity::tell(identity::Event::label_changed, {},
                       {{"by", options_.author.name}, {"added", label}});
    return {};
}

}  // namespace croquis::service
