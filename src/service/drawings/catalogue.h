#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/worker_pool.h"
#include "service/drawings/details.h"
#include "store/drawing_store.h"

namespace croquis::service {

/// Stored drawings, to be looked at. All functions are coroutines for a network thread: what blocks
/// runs on `workers`. Thread-safe.
class Catalogue {
  public:
    /// All must outlive it.
    Catalogue(store::DrawingStore& store, WorkerPool& workers, Details& details)
        : store_(store), workers_(workers), details_(details) {}

    boost::asio::awaitable<Result<store::Page>> list(store::Query query);
    boost::asio::awaitable<Result<Detail>> drawing(
        Uuid id, store::Viewer viewer = store::Audience::everyone);
    /// Without its bytes where its digest is `known`.
    boost::asio::awaitable<Result<store::StoredImage>> image(
        Uuid id, store::Viewer viewer = store::Audience::everyone,
        std::optional<Sha256> known = std::nullopt);
    /// JSON in Quick, Draw!'s form; empty of a drawing that came as a picture.
    boost::asio::awaitable<Result<std::string>> strokes(
        Uuid id, store::Viewer viewer = store::Audience::everyone);
    boost::asio::awaitable<Result<std::vector<store::TagEvent>>> history(
        Uuid id, store::Viewer viewer = store::Audience::everyone);
    /// As store::told_to() tells it to this account.
    boost::asio::awaitable<Result<std::vector<store::TagEvent>>> history_for(Uuid account, Uuid id,
                                                                             store::Viewer viewer);
    boost::asio::awaitable<Result<std::vector<store::TagCount>>> tag_counts(
        int project = store::shapes_project);

  private:
    store::DrawingStore& store_;
    WorkerPool& workers_;
    Details& details_;
};

}  // namespace croquis::service
