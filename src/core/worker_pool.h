#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "core/error.h"

namespace croquis {

/// A thread pool with a bounded queue, for everything that may block or compute: network threads
/// only await it. When `capacity` jobs are waiting or running the next is refused with
/// ErrorKind::unavailable, which a client sees as 503 with Retry-After. Thread-safe.
class WorkerPool {
  public:
    WorkerPool(std::size_t threads, std::size_t capacity);
    /// Each thread runs `at_start` first, before the constructor returns.
    WorkerPool(std::size_t threads, std::size_t capacity, const std::function<void()>& at_start);
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// Runs `job` (returning Result<T>) on the pool and resumes the caller on its own executor,
    /// whose context must outlive stop(): a thread of the pool may still be leaving it when the
    /// caller has resumed. An exception that escapes the job becomes ErrorKind::internal.
    ///
    /// A job that owns something must be a named object (which is copied):
    /// g++ 12 destroys the captures of a lambda written inside a co_await expression twice. Lambdas
    /// that capture by reference alone may be written in place.
    template <class Job>
    requires std::is_lvalue_reference_v<Job> || std::is_trivially_destructible_v<Job>
            boost::asio::awaitable < std::invoke_result_t < std::decay_t<Job>
    & >> run(Job&& job) { return run_owned(std::decay_t<Job>(job)); }

    /// Runs `job` on the pool while nobody waits for it, and says whether there is room for it.
    /// What it refers to must outlive stop(). An exception that escapes it is logged.
    bool begin(std::function<void()> job);

    /// Jobs waiting or running now.
    [[nodiscard]] std::size_t load() const { return load_.load(std::memory_order_relaxed); }

    /// Lets the running and waiting jobs end, then joins. Called by the destructor too.
    void stop();

  private:
    template <class Job>
    boost::asio::awaitable<std::invoke_result_t<Job&>> run_owned(Job job);
    bool enter();
    void leave() { load_.fetch_sub(1, std::memory_order_relaxed); }
    static Error full();
    static Error escaped(const std::exception& thrown);

    boost::asio::thread_pool pool_;
    std::size_t capacity_;
    std::atomic<std::size_t> load_{0};
};

template <class Job>
boost::asio::awaitable<std::invoke_result_t<Job&>> WorkerPool::run_owned(Job job) {
    namespace asio = boost::asio;
    using R = std::invoke_result_t<Job&>;
    if (!enter()) co_return R(full());
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(R)>(
        [this](auto handler, Job work) {
            auto back = asio::get_associated_executor(handler);
            asio::post(pool_, [this, back, work = std::move(work),
                               handler = std::move(handler)]() mutable {
                R result = [&]() -> R {
                    try {
                        return work();
                    } catch (const std::exception& thrown) {
                        return escaped(thrown);
                    }
                }();
                leave();
                asio::post(back,
                           [handler = std::move(handler), result = std::move(result)]() mutable {
                               std::move(handler)(std::move(result));
                           });
            });
        },
        asio::use_awaitable, std::move(job));
}

}  // namespace croquis
