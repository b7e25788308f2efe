#pragma once

#include <future>
#include <memory>
#include <vector>

#include "service/transfer/import_chunk.h"

namespace croquis::service {

/// Stores drawings of a chunk, in one transaction on a thread of its own.
class ImportStoring {
  public:
    using Outcomes = Result<std::vector<Result<store::ImportOutcome>>>;

    /// Begins. `drawings` are some of the chunk's. The transfer must outlive it, and is not to be
    /// used until wait() has returned.
    ImportStoring(store::Transfer& transfer, std::unique_ptr<ImportChunk> chunk,
                  std::vector<PendingImport*> drawings);
    ImportStoring(const ImportStoring&) = delete;
    ImportStoring& operator=(const ImportStoring&) = delete;
    /// Waits for what was begun.
    ~ImportStoring() = default;

    /// Waits until they are stored; what became of each, in the order of drawings(). To be called
    /// once. Errors: those of Transfer::add(), and then none is stored.
    Outcomes wait();
    [[nodiscard]] const std::vector<PendingImport*>& drawings() const { return drawings_; }

  private:
    const std::unique_ptr<ImportChunk> chunk_;
    const std::vector<PendingImport*> drawings_;
    std::vector<store::DrawingImport> imports_;
    std::future<Outcomes> outcomes_;  ///< ends first
};

}  // namespace croquis::service
