#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "learning/adaptation/neighbours.h"
#include "recognition/head.h"
#include "recognition/recognizer.h"
#include "store/store.h"

/// Drawings beside their stored embeddings.
namespace croquis::service {

using DrawingsById = std::map<Uuid, store::Drawing>;

/// What the trunk has stored of these drawings, in any order, store::most_embeddings after
/// store::most_embeddings; `take` may move from it. Errors: those of the store.
Result<void> read_embeddings(store::EmbeddingStore& store, const std::string& trunk,
                             std::span<const Uuid> drawings,
                             const std::function<void(store::NewEmbedding& found)>& take);

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

/// Reviewed drawings in a page of read_reviewed().
inline constexpr std::size_t reviewed_at_once = 1'000;

/// Goes through a project's reviewed drawings, the newest first, each with its embedding where the
/// trunk has one of it, for as long as `take` wants more of them. Errors: those of the store and of
/// `take`.
Result<void> read_reviewed(
    store::Store& store, int project, const std::string& trunk,
    const std::function<Result<bool>(std::vector<store::EmbeddedDrawing>& page)>& take);

/// The numbers of stored embeddings, one after another, as recognition::answers_of() takes them.
/// Errors: internal for one that is not of the layer's width.
Result<std::vector<float>> numbers_for(const recognition::HeadLayer& head,
                                       const std::vector<const store::Embedding*>& embeddings);

/// What the layer answers about stored embeddings, in their order. Errors: those of numbers_for()
/// and of recognition::answers_of().
Result<std::vector<recognition::Prediction>> answers_by_layer(
    const recognition::HeadLayer& head, const recognition::ModelInfo& info,
    const std::vector<const store::Embedding*>& embeddings);

}  // namespace croquis::service
