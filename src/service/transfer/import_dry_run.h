#pragma once

#include <map>
#include <optional>
#include <string>

#include "service/transfer/import_chunk.h"
#include "store/store.h"

namespace croquis::service {

/// What an import that stores nothing would have come to.
class ImportDryRun {
  public:
    /// It must outlive this.
    explicit ImportDryRun(store::Store& store) : store_(store) {}

    /// What storing it would come to, after what came before it in this import. Errors: those of
    /// the store.
    Result<store::ImportOutcome> outcome_of(const PendingImport& pending);

  private:
    store::Store& store_;
    std::map<std::string, std::optional<std::string>> seen_;  ///< as outcome_after() has it
};

}  // namespace croquis::service
