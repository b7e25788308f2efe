#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "core/mutex.h"
#include "store/failure.h"

namespace croquis::store {

/// At most `capacity` connections, each opened when first needed and lent to one caller at a time.
/// Thread-safe.
template <class Connection>
class ConnectionPool {
  public:
    using Open = std::function<std::unique_ptr<Connection>()>;

    ConnectionPool(std::size_t capacity, Open open)
        : free_places_(capacity), open_(std::move(open)) {}

    /// Gives its connection back on destruction, unless it was broken.
    class Lease {
      public:
        Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection)
            : pool_(pool), connection_(std::move(connection)) {}
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease() { pool_.give_back(std::move(connection_)); }

        Connection& operator*() { return *connection_; }
        Connection* operator->() { return connection_.get(); }

      private:
        ConnectionPool& pool_;
        std::unique_ptr<Connection> connection_;
    };

    /// Waits for a connection; throws Failure (unavailable) where none gets free or opens.
    Lease lend() { return Lease(*this, take()); }

    /// Closes the idle connections.
    void clear() {
        std::vector<std::unique_ptr<Connection>> idle;
        const MutexLock lock(mutex_);
        idle.swap(idle_);
    }

  private:
    static constexpr std::chrono::seconds patience{10};

    std::unique_ptr<Connection> take() {
        MutexLock lock(mutex_);
        const auto until = std::chrono::steady_clock::now() + patience;
        while (free_places_ == 0) {
            if (!freed_.wait_until(mutex_, until) && free_places_ == 0)
                throw Failure(Fault::busy, "Every connection to the database is busy.");
        }
        --free_places_;
        while (!idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            if (!connection->gone()) return connection;
        }
        lock.unlock();
        return open_in_place();
    }

    std::unique_ptr<Connection> open_in_place() {
        try {
            return open_();
        } catch (...) {
            give_back(nullptr);
            throw;
        }
    }

    void give_back(std::unique_ptr<Connection> connection) {
        if (connection && connection->broken()) connection.reset();
        {
            const MutexLock lock(mutex_);
            ++free_places_;
            if (connection) idle_.push_back(std::move(connection));
        }
        freed_.notify_one();
    }

    Mutex mutex_;
    ConditionVariable freed_;
    std::vector<std::unique_ptr<Connection>> idle_ CROQUIS_GUARDED_BY(mutex_);
    std::size_t free_places_ CROQUIS_GUARDED_BY(mutex_);
    Open open_;
};

}  // namespace croquis::store
