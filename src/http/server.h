#pragma once

#include <cstdint>
#include <memory>

#include "core/error.h"
#include "core/metrics.h"
#include "http/router.h"
#include "http/server_options.h"

namespace croquis::http {

/// An HTTP/1.1 server on Boost.Beast with coroutines: keep-alive and pipelining, bounded
/// everything, an answer for every request (a handler's exception is 500, and logged). start()
/// returns once it listens; stop() lets running requests end, gives up those that are still coming
/// in when half of stop_timeout is over and all of them when the whole is, closes, and joins.
/// A client that hangs up while its request is at work is noticed (Request::hang_up). Out of file
/// descriptors a connection is answered 503 with the help of one that is kept for it. Thread-safe.
class Server {
  public:
    Server(ServerOptions options, Router router, Metrics& metrics);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    Result<void> start();
    /// Accepts nothing more and begins to end, without waiting for it: several servers can end side
    /// by side.
    void begin_stop();
    void stop();
    [[nodiscard]] std::uint16_t port() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace croquis::http
