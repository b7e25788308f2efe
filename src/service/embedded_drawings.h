#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "learning/adaptation/neighbours.h"
#include "store/store.h"

/// Drawings beside their stored embeddings.
namespace croquis::service {

using DrawingsById = std::map<Uuid, store::Drawing>;

struct DrawingWithEmbedding {
    const store::Drawing* drawing;
    store::Embedding embedding;
};

/// Those of the drawings that the trunk has an embedding of, the newest first; all of one width.
/// The drawings must outlive what is returned.
Result<std::vector<DrawingWithEmbedding>> with_embeddings(store::Store& store,
                                                          const DrawingsById& drawings,
                                                          const std::string& trunk);

/// Their embeddings, in the same order.
learning::PackedRows rows_of(const std::vector<DrawingWithEmbedding>& drawings);

/// Goes through a list, 200 drawings at a time, for as long as `take` wants more of it. Errors:
/// those of the store.
Result<void> read_pages(store::DrawingStore& store, store::Query query,
                        const std::function<bool(std::vector<store::Drawing>& page)>& take);

}  // namespace croquis::service
