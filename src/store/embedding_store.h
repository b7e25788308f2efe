#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "store/model.h"

namespace croquis::store {

/// Drawings whose embeddings are read at once.
inline constexpr std::size_t most_embeddings = 5'000;

/// Embeddings of a project's newest drawings.
struct EmbeddingsQuery {
    std::string trunk;
    int project = shapes_project;
    std::optional<Uuid> before = {};      ///< what comes before this id
    std::size_t limit = most_embeddings;  ///< drawings looked at, 1 to that
};

struct EmbeddingsPage {
    std::vector<NewEmbedding> embeddings;  ///< the newest drawings' first
    std::optional<Uuid> next;              ///< what to go on before; absent at the end
};

/// Embeddings, and what is worked out from them for all drawings. Thread-safe, as Store says.
class EmbeddingStore {
  public:
    /// Drawings that people reviewed and that are shown. Errors: invalid (limit).
    virtual Result<ReviewedPage> reviewed_drawings(const ReviewedQuery& query) = 0;
    /// Errors: invalid (limit).
    virtual Result<Stretch> stretch(const StretchQuery& query) = 0;
    /// The trunk's embeddings among the drawings looked at. Errors: invalid (limit).
    virtual Result<EmbeddingsPage> newest_embeddings(const EmbeddingsQuery& query) = 0;
    /// Of these drawings, those that the trunk has embeddings of, in any order. Errors: invalid
    /// (drawings: at most most_embeddings).
    virtual Result<std::vector<NewEmbedding>> embeddings_of(const std::string& trunk,
                                                            const std::vector<Uuid>& drawings) = 0;
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
