#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "store/store.h"

/// Drawings beside their stored embeddings.
namespace croquis::service {

using DrawingsById = std::map<Uuid, store::Drawing>;

struct DrawingWithEmbedding {
    const store::Drawing* drawing;
    store::Embedding embedding;
};

/// Those of the drawings that have an embedding of the trunk among its newest 50,000, of all
/// projects, the newest first; all of one width. The drawings must outlive what is returned.
Result<std::vector<DrawingWithEmbedding>> with_embeddings(store::Store& store,
                                                          const DrawingsById& drawings,
                                                          const std::string& trunk);

}  // namespace croquis::service
