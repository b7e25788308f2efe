#include "core/worker_pool.h"

#include <spdlog/spdlog.h>

#include <latch>

namespace croquis {

WorkerPool::WorkerPool(std::size_t threads, std::size_t capacity)
    : pool_(threads), capacity_(capacity) {}

/// Each thread takes one of the first jobs, since none of these ends before all have begun.
WorkerPool::WorkerPool(std::size_t threads, std::size_t capacity,
                       const std::function<void()>& at_start)
    : WorkerPool(threads, capacity) {
    const auto all = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(threads) + 1);
    for (std::size_t i = 0; i < threads; ++i)
        boost::asio::post(pool_, [&at_start, all] {
            at_start();
            all->arrive_and_wait();
        });
    all->arrive_and_wait();
}

WorkerPool::~WorkerPool() {
    stop();
}

void WorkerPool::stop() {
    pool_.join();
}

bool WorkerPool::begin(std::function<void()> job) {
    if (!enter()) return false;
    boost::asio::post(pool_, [this, job = std::move(job)] {
        try {
            job();
        } catch (const std::exception& thrown) {
            static_cast<void>(escaped(thrown));
        }
        leave();
    });
    return true;
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
