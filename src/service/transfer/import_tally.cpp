#include "service/transfer/import_tally.h"

#include <fmt/format.h>

#include "core/characters.h"
#include "store/transfer_rules.h"

namespace croquis::service {
namespace {

/// Of what the drawing is known by.
std::uint64_t key_hash(const PendingImport& pending) {
    const auto key = store::key_of(pending.import);
    return std::hash<std::string>{}(key.id ? to_string(*key.id) : key.external_id);
}

}  // namespace

void ImportTally::reject(const std::string& place, const Error& error) {
    ++report_.rejected;
    if (error.code != unknown_label_code || events_.unknown_labels_one_by_one)
        say(place, error.detail, true);
}

void ImportTally::remark(const std::string& place, const std::string& text) const {
    say(place, text, false);
}

void ImportTally::say(const std::string& place, const std::string& text, bool rejected) const {
    if (events_.problem) events_.problem(to_utf8(place), to_utf8(text), rejected);
}

void ImportTally::count(const PendingImport& pending, store::ImportOutcome outcome) {
    if (outcome == store::ImportOutcome::stored)
        count_stored(pending);
    else
        count_there(pending, outcome);
}

void ImportTally::count_there(const PendingImport& pending, store::ImportOutcome outcome) {
    ++report_.already_there;
    if (outcome == store::ImportOutcome::labelled) {
        ++report_.labelled;
        labelled_here_.add(key_hash(pending));
    }
    if (outcome == store::ImportOutcome::kept) ++report_.kept;
    if (outcome != store::ImportOutcome::disputed) return;
    ++report_.disputed;
    // It was counted where its label came earlier in the same data.
    if (reviewed_here_.contains(key_hash(pending)))
        --report_.reviewed;
    else if (labelled_here_.contains(key_hash(pending)))
        --report_.labelled;
    remark(pending.record.place,
           fmt::format("the same drawing came with another label than {}, here or earlier: it "
                       "waits for a review.",
                       pending.label.value_or("")));
}

void ImportTally::count_stored(const PendingImport& pending) {
    ++report_.stored;
    if (pending.label) ++report_.labels[*pending.label];
    if (pending.label && options_.labels_as == LabelsAs::reviewed) {
        ++report_.reviewed;
        reviewed_here_.add(key_hash(pending));
    }
    const bool suggested = pending.label ? options_.labels_as == LabelsAs::suggested
                                         : !pending.record.suggestions.empty();
    if (suggested) ++report_.suggested;
    if (!pending.label && pending.record.labels.size() > 1) ++report_.several_labels;
}

}  // namespace croquis::service
