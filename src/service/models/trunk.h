#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "recognition/card.h"
#include "recognition/head.h"
#include "recognition/recognizer.h"
#include "service/jobs/work_control.h"
#include "store/store.h"

/// What gives embeddings of stored drawings.
namespace croquis::service {

/// The embedding of a drawing as it is stored; none where the model gives none.
std::optional<store::Embedding> embedding_of(const recognition::ModelInfo& model,
                                             const recognition::Prediction& prediction);

/// The numbers of a stored embedding.
std::vector<float> numbers_of(const store::Embedding& embedding);

/// The answer of a model as it is stored.
store::Prediction to_stored(const std::string& model, recognition::Prediction answer);

/// The model that answers in a project as a network that gives embeddings. Its engine is made when
/// first needed. Thread-compatible.
class Trunk {
  public:
    /// Errors: not_found where no model is live; those of the store and of
    /// recognition::with_embedding.
    static Result<Trunk> of_live_model(store::Store& store, int project = store::shapes_project);

    /// Any model of the registry. Errors: as above.
    static Result<Trunk> of_model(store::Store& store, store::Model model);

    /// The same of a model whose network may give no embedding: it answers all the same, and what
    /// it looks at gets none.
    static Result<Trunk> with_or_without_embedding(store::Store& store, store::Model model);

    /// A model with its network, whether the registry has it or not. Errors: those of
    /// recognition::with_embedding.
    static Result<Trunk> of_network(store::Model model, Bytes onnx);

    [[nodiscard]] const store::Model& model() const { return model_; }
    /// The registered network.
    [[nodiscard]] BytesView onnx() const { return onnx_; }
    /// The live model's; `trunk` and `embedding` also where that gives no embedding by itself.
    [[nodiscard]] const recognition::ModelInfo& info() const { return info_; }
    /// Names the embeddings in the store.
    [[nodiscard]] const std::string& id() const { return info_.trunk; }
    /// What makes the live model's answers of embeddings; null where no single layer does.
    [[nodiscard]] const recognition::HeadLayer* head() const { return head_ ? &*head_ : nullptr; }

    /// Makes its engine, where that is not made yet: so that the first answers are not late.
    Result<void> load();

    /// The live model's answers, with embeddings.
    Result<std::vector<recognition::Prediction>> recognise(
        std::span<const drawing::ModelInput> pictures);

  private:
    /// As without an embedding.
    static Result<Trunk> read(store::Model model, Bytes onnx);
    Result<void> find_embedding();

    store::Model model_;
    Bytes onnx_;
    Bytes with_embedding_;  ///< empty where it gives none
    std::string card_;      ///< of the network with its embedding
    recognition::Scaling scaling_;
    recognition::ModelInfo info_;
    std::optional<recognition::HeadLayer> head_;
    std::unique_ptr<recognition::Recognizer> recognizer_;
};

/// By whose embeddings drawings of the project are compared; empty where the network of the model
/// that answers there gives none. Errors: as of_live_model().
Result<std::string> trunk_in(store::Store& store, int project);

/// A drawing that is left out because its picture cannot be read, and why.
struct Unreadable {
    Uuid drawing;
    std::string why;
};

/// What the network says of stored drawings.
struct Looked {
    std::map<Uuid, recognition::Prediction> answers;
    std::vector<Unreadable> unreadable;
};

/// At most so many drawings are held at once.
inline constexpr std::size_t most_looked_at = 64;

/// Looks at stored drawings with the network, and stores their embeddings. Drawings deleted
/// meanwhile are neither answered nor named. At most most_looked_at.
Result<Looked> look_at(store::Store& store, Trunk& trunk, std::span<const Uuid> drawings);

/// How a long look is followed, and what ends it.
struct LookOptions {
    WorkControl control = {};
    /// From then on no more drawings are begun with, and the rest is left out.
    std::optional<std::chrono::steady_clock::time_point> until = {};
};

/// The same of any number, most_looked_at after most_looked_at: `take` is given what the network
/// says of each part, and may move from it. Errors: unavailable, too, where it was stopped.
Result<void> look_at_all(store::Store& store, Trunk& trunk, std::span<const Uuid> drawings,
                         const LookOptions& options, const std::function<void(Looked& part)>& take);

struct EmbedRequest {
    WorkControl control = {};
    int project = store::shapes_project;
};

struct Embedded {
    std::size_t added = 0;
    std::size_t had_one = 0;
    std::vector<Unreadable> unreadable;
};

/// Stores the embeddings that the project's drawings lack for the trunk of the model that answers
/// there, in the order of their ids.
/// Asked again after it was cut off, it goes on. Memory does not grow with the drawings. Errors:
/// those of Trunk::of_live_model; unavailable where it was stopped.
Result<Embedded> embed_missing(store::Store& store, const EmbedRequest& request);

/// Drawings of the project that the store shows.
Result<std::size_t> count_drawings(store::Store& store, int project = store::shapes_project);

Error stopped();

}  // namespace croquis::service
