#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "core/worker_pool.h"
#include "identity/identity.h"
#include "service/drawings/details.h"
#include "service/drawings/seen_drawing.h"
#include "store/drawing_store.h"

namespace croquis::service {

/// Drawings that are taken away, and given back. All functions are coroutines for a network thread:
/// what blocks runs on `workers`. A drawing of another project than `project` is not found.
/// Thread-safe.
class Moderation {
  public:
    /// All must outlive it.
    Moderation(store::DrawingStore& store, WorkerPool& workers, Details& details)
        : store_(store), workers_(workers), details_(details) {}

    /// Hides, shows or deletes; answers as Reviews::accept() does. Of what is deleted the answer
    /// has no content.
    boost::asio::awaitable<Result<std::vector<Result<Detail>>>> change_visibility(
        std::vector<SeenDrawing> drawings, store::Visibility to, identity::Principal by,
        int project = store::shapes_project);
    /// Deletes one. Errors: those of Store::change_visibility.
    boost::asio::awaitable<Result<void>> remove(Uuid id, store::VersionCondition on,
                                                identity::Principal by,
                                                int project = store::shapes_project);

  private:
    store::DrawingStore& store_;
    WorkerPool& workers_;
    Details& details_;
};

}  // namespace croquis::service
