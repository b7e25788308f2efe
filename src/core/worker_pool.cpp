#include "core/worker_pool.h"

#include <spdlog/spdlog.h>

namespace croquis {

WorkerPool::WorkerPool(std::size_t threads, std::size_t capacity)
    : pool_(threads), capacity_(capacity) {}

WorkerPool::~WorkerPool() {
    stop();
}

void WorkerPool::stop() {
    pool_.join();
}

bool WorkerPool::enter() {
    if (load_.fetch_add(1, std::memory_order_relaxed) < capacity_) return true;
    leave();
    return false;
}

Error WorkerPool::full() {
    return {ErrorKind::unavailable, "The server is at its limit; try again shortly.", {}, 1};
}

Error WorkerPool::escaped(const std::exception& thrown) {
    spdlog::error("a job on the worker pool threw: {}", thrown.what());
    return {ErrorKind::internal, "The server could not do this."};
}

}  // namespace croquis
