#pragma once

#include <cstddef>
#include <future>
#include <memory>
#include <vector>

#include "service/transfer/import_chunk.h"

/// The pictures of an import: drawn of strokes, and compared with what is stored.
namespace croquis::service {

/// Draws those of a chunk that came as strokes alone, or notes why that cannot be.
class PictureDrawing {
  public:
    /// Begins on `threads` of its own; of none, wait() draws.
    PictureDrawing(std::unique_ptr<ImportChunk> chunk, std::size_t threads);
    PictureDrawing(const PictureDrawing&) = delete;
    PictureDrawing& operator=(const PictureDrawing&) = delete;
    /// Waits for what was begun.
    ~PictureDrawing() = default;

    /// The chunk, once all are drawn. To be called once.
    std::unique_ptr<ImportChunk> wait();

  private:
    std::unique_ptr<ImportChunk> chunk_;
    std::vector<PendingImport*> undrawn_;
    std::vector<std::future<void>> parts_;  ///< end first
};

/// Whether a stored drawing has this picture, as it is or as it is kept; then `pending` gets the
/// digest of what is stored. Errors: those of the store.
Result<bool> is_picture_of(store::Store& store, const store::Drawing& found,
                           PendingImport& pending);

}  // namespace croquis::service
