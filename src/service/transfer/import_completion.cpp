#include "service/transfer/import_completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/characters.h"
#include "core/text.h"
#include "drawing/decode.h"
#include "drawing/sanitise.h"
#include "recognition/label_name.h"
#include "service/models/narrowing.h"
#include "service/models/trunk.h"
#include "service/transfer/import_record.h"
#include "store/records.h"
#include "store/transfer_rules.h"

namespace croquis::service {
namespace {

/// What the live model thinks of another's suggestion; 0 where it has no such label, so that the
/// drawing is reviewed first.
float probability(const recognition::RecognitionResult& live, const std::string& label) {
    const auto& labels = live.model->labels;
    const auto at = std::find(labels.begin(), labels.end(), label);
    const auto index = static_cast<std::size_t>(at - labels.begin());
    return index < live.prediction.probabilities.size() ? live.prediction.probabilities[index] : 0;
}

}  // namespace

bool ImportCompletion::complete(PendingImport& pending) {
    if (pending.was_deleted()) {
        pending.recognised = store::deleted_before();
        return false;
    }
    if (!pending.was_there) {
        if (!pending.recognised) return false;
        auto& submission = pending.import.submission;
        if (!pending.recognised->bare) {
            auto kept = drawing::sanitised(submission.image);
            if (!kept) {
                pending.recognised = kept.error();
                return false;
            }
            submission.image = std::move(*kept);
            submission.sha256 = sha256(submission.image);
        }
        submission.media_type = drawing::to_string(pending.recognised->media_type);
        submission.width = pending.recognised->width;
        submission.height = pending.recognised->height;
        submission.prediction = prediction_of(pending);
        submission.embedding =
            embedding_of(*pending.recognised->model, pending.recognised->prediction);
    } else {
        // It is there, so none of this is stored.
        pending.import.submission.image.clear();
        pending.import.submission.prediction.tag = pending.label.value_or("");
    }
    if (pending.label && options_.labels_as == LabelsAs::reviewed)
        pending.import.tag = tag_of(pending);
    return true;
}

store::ImportedTag ImportCompletion::tag_of(const PendingImport& pending) {
    store::ImportedTag tag{*pending.label, options_.by, options_.by_id, started_at_};
    const auto& reviewed = pending.record.reviewed;
    if (!options_.names_from_data) {
        if (reviewed && !reviewed->by.empty()) pass_over_name(pending);
        return tag;
    }
    if (reviewed && !reviewed->by.empty()) {
        tag.by = reviewed->by;
        tag.by_id.reset();
    }
    if (reviewed && reviewed->at) tag.at = std::clamp(*reviewed->at, Timestamp(), started_at_);
    if (const auto kind = reviewed ? store::word_from(reviewed->kind) : std::nullopt)
        tag.said = store::Said{*kind, reviewed->bulk};
    return tag;
}

/// Told once: the names may be as many as the drawings.
void ImportCompletion::pass_over_name(const PendingImport& pending) {
    if (pending.record.reviewed->by == options_.by || std::exchange(passed_over_name_, true))
        return;
    tally_.remark(
        pending.record.place,
        fmt::format("the data says who reviewed it, which is taken from an admin's import "
                    "alone: this label, and all like it, are signed by {}.",
                    options_.by));
}

/// The suggestion of the data where there is one, else what the live model says.
store::Prediction ImportCompletion::prediction_of(const PendingImport& pending) {
    const auto& live = *pending.recognised;
    auto prediction = to_stored(live.model->id, live.prediction);
    if (narrows_) prediction = narrowed(std::move(prediction), live.model->labels, labels_.known());
    const auto suggestion = suggestion_of(pending);
    if (!suggestion) return prediction;
    const bool same = suggestion->model == prediction.model && suggestion->label == prediction.tag;
    prediction.model = suggestion->model.empty() ? std::string(import_source) : suggestion->model;
    prediction.tag = suggestion->label;
    prediction.confidence =
        suggestion->confidence ? *suggestion->confidence : probability(live, suggestion->label);
    if (!same) prediction.probabilities = {prediction.confidence};
    return prediction;
}

std::optional<dataset::Suggestion> ImportCompletion::suggestion_of(const PendingImport& pending) {
    if (pending.label && options_.labels_as == LabelsAs::suggested)
        return dataset::Suggestion{*pending.label, std::nullopt, {}};
    if (options_.labels_as == LabelsAs::ignored || pending.record.suggestions.empty())
        return std::nullopt;
    auto suggestion = pending.record.suggestions.front();
    suggestion.label = labels_.mapped(suggestion.label);
    const bool fits = suggestion.model.size() <= max_import_id_bytes &&
                      !has_control_characters(suggestion.model) && is_utf8(suggestion.model) &&
                      recognition::check_label_name(suggestion.label);
    // A drawing's own model may have had labels that the project has not.
    if (!fits || (!pending.import.known_by_id && !labels_.allow(suggestion.label))) {
        tally_.remark(
            pending.record.place,
            fmt::format("the suggestion \"{}\" is none of the project's labels and was dropped.",
                        suggestion.label));
        return std::nullopt;
    }
    return suggestion;
}

}  // namespace croquis::service
