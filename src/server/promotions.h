#pragma once

#include <boost/asio/awaitable.hpp>

#include "core/worker_pool.h"
#include "recognition/batcher.h"
#include "store/store.h"

namespace croquis::server {

/// Has the batcher take up, every few seconds, the model that another process made live. Runs until
/// cancelled; all three must outlive it. What blocks is done by `workers`.
boost::asio::awaitable<void> follow_promotions(store::Store& store, recognition::Batcher& batcher,
                                               WorkerPool& workers);

}  // namespace croquis::server
