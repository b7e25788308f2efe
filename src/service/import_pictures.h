#pragma once

#include <cstddef>
#include <future>
#include <vector>

#include "service/import_chunk.h"

/// The pictures of an import: drawn of strokes, and compared with what is stored.
namespace croquis::service {

/// Draws those of a chunk that came as strokes alone, or notes why that cannot be.
class PictureDrawing {
  public:
    /// Begins on `threads` of its own; of none, wait() draws. The chunk must outlive it, and is not
    /// to be touched until then.
    PictureDrawing(ImportChunk& chunk, std::size_t threads);
    PictureDrawing(const PictureDrawing&) = delete;
    PictureDrawing& operator=(const PictureDrawing&) = delete;
    /// Waits for what was begun.
    ~PictureDrawing() = default;

    /// Waits until all are drawn.
    void wait();

  private:
    std::vector<PendingImport*> undrawn_;
    std::vector<std::future<void>> parts_;  ///< after undrawn_, which they read
};

/// Whether a stored drawing has this picture, as it is or as it is kept; then `pending` gets the
/// digest of what is stored. Errors: those of the store.
Result<bool> is_picture_of(store::Store& store, const store::Drawing& found,
                           PendingImport& pending);

}  // namespace croquis::service
