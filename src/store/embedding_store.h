#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "store/model.h"

namespace croquis::store {

/// Embeddings, and what is worked out from them for all drawings. Thread-safe, as Store says.
class EmbeddingStore {
  public:
    /// Drawings that people reviewed and that are shown. Errors: invalid (limit).
    virtual Result<ReviewedPage> reviewed_drawings(const ReviewedQuery& query) = 0;
    /// Errors: invalid (limit).
    virtual Result<Stretch> stretch(const StretchQuery& query) = 0;
    /// Of one trunk, those of the newest drawings first, from before that one. Errors: invalid
    /// (limit: 1 to 5000).
    virtual Result<std::vector<NewEmbedding>> newest_embeddings(const std::string& trunk,
                                                                const std::optional<Uuid>& before,
                                                                std::size_t limit) = 0;
    /// By the trunk whose name comes last where there are several; none where there is none.
    virtual Result<std::optional<Embedding>> newest_embedding_of(const Uuid& drawing) = 0;
    /// All in one transaction. What is there already stays, and what belongs to no drawing (any
    /// more) is left out.
    virtual Result<void> add_embeddings(const std::vector<NewEmbedding>& embeddings) = 0;
    /// Gives drawings that nobody reviewed another model's prediction and its tag, in one
    /// transaction; their versions grow by one, and what was predicted before is kept as a
    /// prediction of that model. One that was reviewed, changed or deleted meanwhile stays as it
    /// is. Returns how many were changed.
    virtual Result<std::size_t> retag(const std::vector<Retag>& retags, Timestamp at) = 0;
    /// What models other than the present one said of a drawing, oldest first.
    virtual Result<std::vector<Prediction>> earlier_predictions(const Uuid& id) = 0;

  protected:
    ~EmbeddingStore() = default;
};

}  // namespace croquis::store
