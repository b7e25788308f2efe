#pragma once

#include <cstddef>
#include <span>
#include <vector>

/// How the embeddings lie that a model learnt from, kept small, so that later ones can be held
/// against them.
namespace croquis::learning {

/// Examples by how far they lie from the middle, in tenths.
struct EmbeddingReference {
    std::vector<float> mean;          ///< of each number of an embedding
    std::vector<float> spread;        ///< its standard deviation
    std::vector<float> edges;         ///< between the tenths, ascending
    std::vector<std::size_t> counts;  ///< examples in each; one more than there are edges
};

/// Of rows of `width` numbers; an empty one of fewer than a hundred, whose own middle is by chance
/// so far off that what comes later seems to lie elsewhere. Each example lies as far as it does
/// from the middle of the others: those that come later are in no middle either.
EmbeddingReference embedding_reference(std::span<const float> rows, std::size_t width);

/// How many of these rows, as wide as the reference's mean, lie in each tenth.
std::vector<std::size_t> counts_by(const EmbeddingReference& reference,
                                   std::span<const float> rows);

}  // namespace croquis::learning
