#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "core/worker_pool.h"
#include "service/transfer/export.h"
#include "store/store.h"

/// What people download, written while it is taken.
namespace croquis::service {

/// An export that is written while somebody takes it.
class RunningExport {
  public:
    virtual ~RunningExport() = default;
    /// The next bytes, none at the end; not asked again before it answered. Errors: those of
    /// Exporter.
    virtual boost::asio::awaitable<Result<std::string>> next() = 0;
};

/// The exports of a server, a few at a time, on a thread of their own that gives way to others.
/// Thread-safe.
class Exports {
  public:
    static constexpr std::size_t at_once = 4;

    /// `url` is the store's: each export has a connection of its own.
    Exports(store::Store& store, std::string url);

    /// Errors: unavailable (as many are running as may); those of Exporter::make and
    /// open_transfer().
    boost::asio::awaitable<Result<std::shared_ptr<RunningExport>>> begin(ExportOptions options);

    /// Joins; call it when nobody takes an export any more.
    void stop() { worker_.stop(); }

  private:
    Result<std::shared_ptr<RunningExport>> open(const ExportOptions& options);

    store::Store& store_;
    const std::string url_;
    std::shared_ptr<std::atomic<std::size_t>> running_;
    WorkerPool worker_;
};

}  // namespace croquis::service
