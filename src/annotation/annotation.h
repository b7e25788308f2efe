#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/metrics.h"
#include "core/worker_pool.h"
#include "identity/identity.h"
#include "recognition/batcher.h"
#include "store/store.h"

/// The use cases. Everything a door (API, command line) may do with drawings goes through here.
namespace croquis::annotation {

/// A picture to be predicted. `image` is the encoded file; it is moved into the store.
struct SubmitRequest {
    Bytes image;
    std::string strokes;          ///< JSON, or empty
    std::string source;           ///< "page", "api"
    std::string idempotency_key;  ///< 1…255 visible ASCII characters, or empty
};

struct Ranked {
    std::string tag;
    float probability = 0;
};

struct SubmitAnswer {
    store::Drawing drawing;
    std::vector<Ranked> top;  ///< best first, at most five
    bool replayed = false;
};

struct PreviewAnswer {
    store::Prediction prediction;
    std::vector<Ranked> top;
};

class Annotation {
  public:
    Annotation(store::Store& store, recognition::Batcher& batcher, WorkerPool& workers,
               Metrics& metrics);

    boost::asio::awaitable<Result<SubmitAnswer>> submit(SubmitRequest request);
    boost::asio::awaitable<Result<PreviewAnswer>> preview(Bytes image);

    boost::asio::awaitable<Result<store::Page>> list(store::Query query);
    boost::asio::awaitable<Result<store::Drawing>> drawing(Uuid id);
    boost::asio::awaitable<Result<store::StoredImage>> image(Uuid id);
    boost::asio::awaitable<Result<std::vector<store::TagEvent>>> history(Uuid id);
    boost::asio::awaitable<Result<std::vector<store::TagCount>>> tag_counts();

    /// `tag` must be a label of the live model or "unknown" (invalid, "tag").
    boost::asio::awaitable<Result<store::Drawing>> change_tag(Uuid id, std::string tag,
                                                              std::string reason,
                                                              int expected_version,
                                                              identity::Principal by);
    /// What a person should look at first: unreviewed, least confident first.
    boost::asio::awaitable<Result<store::Page>> queue(std::size_t limit,
                                                      std::optional<store::Query::Cursor> after);
    /// Accepts the tags as they are; answers, in order, the drawing or why not.
    boost::asio::awaitable<Result<std::vector<Result<store::Drawing>>>> accept(
        std::vector<std::pair<Uuid, int>> drawings_and_versions, identity::Principal by);

    /// The tags a drawing may have: the live model's labels, then "unknown".
    [[nodiscard]] std::vector<std::string> labels() const;
    [[nodiscard]] std::shared_ptr<const recognition::ModelInfo> model() const;

  private:
    store::Store& store_;
    recognition::Batcher& batcher_;
    WorkerPool& workers_;
    Metrics& metrics_;
};

}  // namespace croquis::annotation
