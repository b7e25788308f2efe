#pragma once

#include <optional>

#include "service/transfer/import_labels.h"

namespace croquis::service {

/// Fills in, of a drawing that a model looked at, what is stored of that, and whose word its label
/// is.
class ImportCompletion {
  public:
    /// All must outlive it. `narrows` says that the model is not the project's own.
    ImportCompletion(const ImportOptions& options, ImportLabels& labels, ImportTally& tally,
                     Timestamp started_at, bool narrows)
        : options_(options),
          labels_(labels),
          tally_(tally),
          started_at_(started_at),
          narrows_(narrows) {}

    /// False, with the reason in `recognised`, where it cannot be stored.
    bool complete(PendingImport& pending);

  private:
    store::ImportedTag tag_of(const PendingImport& pending);
    void pass_over_name(const PendingImport& pending);
    store::Prediction prediction_of(const PendingImport& pending);
    std::optional<dataset::Suggestion> suggestion_of(const PendingImport& pending);

    const ImportOptions& options_;
    ImportLabels& labels_;
    ImportTally& tally_;
    const Timestamp started_at_;
    const bool narrows_;
    bool passed_over_name_ = false;
};

}  // namespace croquis::service
