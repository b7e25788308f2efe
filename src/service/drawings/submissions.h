#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/metrics.h"
#include "core/worker_pool.h"
#include "recognition/asker.h"
#include "service/drawings/details.h"
#include "service/models/live_models.h"
#include "service/projects/projects.h"
#include "store/drawing_store.h"

/// Drawings as they come in: predicted, and stored.
namespace croquis::service {

/// A picture to be predicted. `image` is the encoded file; what is stored is drawing::sanitised().
struct SubmitRequest {
    Bytes image;
    std::string strokes;          ///< JSON, or empty
    std::string source;           ///< "page", "api"
    std::string idempotency_key;  ///< 1…255 visible ASCII characters, or empty
    recognition::Asker asker;     ///< whose share of recognition it takes
    /// SHA-256 of the token that lets whoever drew it take it back.
    std::optional<Sha256> withdrawal = std::nullopt;
    ProjectRef project = nullptr;  ///< null: the first one
};

struct SubmitAnswer {
    store::Drawing drawing;
    Top top;
    bool replayed = false;
};

struct PreviewAnswer {
    store::Prediction prediction;
    Top top;
};

/// What a key stands for (Store::submit): the picture and the strokes.
Sha256 digest_of(const Sha256& image, std::string_view strokes);

/// All functions are coroutines for a network thread: what blocks or takes long runs on `workers`,
/// in the model's batcher or on the store's threads. Thread-safe.
class Submissions {
  public:
    /// All must outlive it.
    Submissions(store::DrawingStore& store, WorkerPool& workers, LiveModels& models,
                Details& details, Metrics& metrics);

    /// Answers once the drawing is stored durably. Errors: what decoding says of the picture
    /// (field "image"), invalid or conflict ("Idempotency-Key"), conflict (project_archived),
    /// unavailable.
    boost::asio::awaitable<Result<SubmitAnswer>> submit(SubmitRequest request);
    boost::asio::awaitable<Result<PreviewAnswer>> preview(Bytes image,
                                                          recognition::Asker asker = {},
                                                          ProjectRef project = nullptr);

    // For whoever has the token of a submission. A drawing of another project is not found.

    /// Errors: those of Store::withdraw.
    boost::asio::awaitable<Result<void>> withdraw(Uuid id, Sha256 token,
                                                  int project = store::shapes_project);
    /// Errors: those of Store::suggest.
    boost::asio::awaitable<Result<void>> suggest(Uuid id, Sha256 token, std::string tag,
                                                 int project = store::shapes_project);

  private:
    class SubmissionOperation;
    struct StoredSubmission;

    boost::asio::awaitable<Result<StoredSubmission>> recognised_and_stored(SubmitRequest request);

    store::DrawingStore& store_;
    WorkerPool& workers_;
    LiveModels& models_;
    Details& details_;
    prometheus::Histogram& recognise_seconds_;
    prometheus::Histogram& store_seconds_;
    prometheus::Counter& replays_;
};

}  // namespace croquis::service
