#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <string>

#include "store/sqlite/connection.h"

namespace croquis::store::sqlite {

/// Of the log, in pages of 4 KiB.
struct LogSizes {
    int enough = 4'000;  ///< copied at a time, so that the cost is shared by many commits
    int large = 32'000;  ///< to begin anew from; twice this is the most, readers aside
    int few = 400;       ///< no more than a commit can copy itself
};

/// Copies the write-ahead log back into the database on a connection and a thread of its own, so
/// that no commit waits for it. Under a load that never pauses a log copied by another is never
/// copied whole, and would grow without end (https://www.sqlite.org/wal.html, "Avoiding Excessively
/// Large WAL Files"): once it is large, a commit copies the little that is left, and it begins
/// anew.
class Checkpointer {
  public:
    explicit Checkpointer(std::string path, const LogSizes& sizes = {});
    ~Checkpointer();
    Checkpointer(const Checkpointer&) = delete;
    Checkpointer& operator=(const Checkpointer&) = delete;

    /// From now on looks after what `writer` commits, on one thread at a time. The writer must not
    /// commit any more once this is stopped.
    void watch(Connection& writer);

    /// Waits for a copy under way.
    void stop();

  private:
    void committed(Connection& writer, int pages);
    void copy();

    const std::string path_;
    const LogSizes sizes_;
    std::atomic<bool> copying_ = false;
    int copied_ = 0;  ///< pages of the log that the database has; the pool's while copying_ is set,
                      ///< else the writer's
    std::unique_ptr<Connection> connection_;  ///< used on the pool's thread alone
    boost::asio::thread_pool pool_{1};
};

}  // namespace croquis::store::sqlite
