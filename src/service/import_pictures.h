#pragma once

#include "service/import_chunk.h"

/// The pictures of an import: drawn of strokes, and compared with what is stored.
namespace croquis::service {

/// Draws what came as strokes alone, or notes why that cannot be.
void draw_pictures(ImportChunk& chunk, std::size_t threads);

/// Whether a stored drawing has this picture, as it is or as it is kept; then `pending` gets the
/// digest of what is stored. Errors: those of the store.
Result<bool> is_picture_of(store::Store& store, const store::Drawing& found,
                           PendingImport& pending);

}  // namespace croquis::service
