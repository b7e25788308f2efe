#pragma once

#include <boost/asio/awaitable.hpp>

#include "core/worker_pool.h"
#include "service/drawings/catalogue.h"
#include "service/drawings/submissions.h"

/// Drawings by the sketcher, so that whoever tries Croquis out sees what it does.
namespace croquis::service {

/// As many as a demo is filled with.
inline constexpr std::size_t sketches_of_demo = 200;
/// The source that they are stored with.
inline constexpr const char* sketcher_source = "sketcher";

/// Submits so many sketches to the first project, of each label in turn, as a page would: strokes
/// and their picture, predicted by the live model. The same each time. Errors: conflict (code
/// not_empty) where the project has drawings; those of Submissions::submit, after storing what came
/// before. A coroutine for a network thread.
boost::asio::awaitable<Result<void>> store_sketches(Submissions& submissions, Catalogue& catalogue,
                                                    WorkerPool& workers, std::size_t count);

}  // namespace croquis::service
