#pragma once

#include <cstddef>
#include <future>
#include <memory>
#include <vector>

#include "service/transfer/import_chunk.h"

/// The pictures of an import: drawn of strokes, and compared with what is stored.
namespace croquis::service {

/// Finds which drawings of a chunk that came as strokes alone are stored with the same strokes
/// under their keys: those need not be drawn. Errors: those of the store.
Result<void> find_by_strokes(store::Transfer& transfer, ImportChunk& chunk);

/// Draws those of a chunk that came as strokes alone and are not stored, or notes why that cannot
/// be.
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

/// Whether what is stored under its key has this picture, as it is or as it is kept; then `pending`
/// gets the digest of what is stored.
bool is_stored_picture(PendingImport& pending);

}  // namespace croquis::service
