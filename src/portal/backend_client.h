#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "core/error.h"
#include "core/metrics.h"
#include "http/message.h"
#include "portal/portal_options.h"

namespace croquis::portal {

/// Sends requests on to the one backend, over connections that are kept alive: each network thread
/// (io_context) keeps its own idle ones, the number at work is bounded over all of them.
/// Thread-safe.
class BackendClient {
  public:
    static Result<std::shared_ptr<BackendClient>> make(const PortalOptions& options,
                                                       Metrics& metrics);
    ~BackendClient();
    BackendClient(const BackendClient&) = delete;
    BackendClient& operator=(const BackendClient&) = delete;

    /// The backend's answer, or a problem: 502 where it is down or makes no sense, 503 where too
    /// many requests wait for it, 504 where it is slow. Only what was never sent, or may safely be
    /// sent twice (RFC 9110 section 9.2.2), is tried again, once, and only where a kept-alive
    /// connection turned out to be dead.
    boost::asio::awaitable<http::Response> forward(const http::Request& request);
    /// The same for a request whose body comes from its source: asks the backend first whether it
    /// wants it, and passes it on a part at a time. Never tried again.
    boost::asio::awaitable<http::Response> upload(http::Request& request);

  private:
    class Impl;
    explicit BackendClient(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace croquis::portal
