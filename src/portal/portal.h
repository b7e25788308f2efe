#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "core/error.h"
#include "core/metrics.h"
#include "http/router.h"

namespace croquis::portal {

struct PortalOptions {
    std::filesystem::path web_root;  ///< the built page
    std::string backend_url;         ///< http://host:port of the backend
    std::string base_path;           ///< "/croquis" where a proxy serves the page under that path
    /// Sent to the backend as X-Croquis-Portal (http::ServerOptions::portal_secret); empty for
    /// none.
    std::string secret;
    /// At work at once; the next wait their turn for as long as connect_timeout, then get 503.
    std::size_t max_backend_connections = 64;
    std::size_t max_answer_bytes = std::size_t{64} * 1024 * 1024;
    std::chrono::milliseconds connect_timeout{3000};  ///< looking up the backend's name included
    std::chrono::milliseconds answer_timeout{30000};  ///< for a whole exchange
    /// Of a body that is passed on while it comes (imports). Each part of it has answer_timeout.
    std::uint64_t max_upload_bytes = std::uint64_t{4} << 30U;
    std::size_t max_uploads = 8;  ///< at once, over connections of their own
};

/// The portal's routes: the page, and /api, /docs, /openapi.json, /problems, /healthz and /readyz
/// forwarded to the backend over kept-alive connections. The backend sees the client's address in
/// X-Forwarded-For (replaced, not appended to: request.client is what this listener's own trusted
/// proxies vouch for) and the same X-Request-ID. A backend that is down is 502, one that is slow
/// 504, problem+json; its own answers, 503 with Retry-After among them, pass as they are, but for
/// interim ones (1xx), which are not the answer. What is imported is passed on as it comes, once
/// the backend has said that it wants it. A path with "." or ".." in it is 400: what it leads to is
/// for nobody but the client to say. A client that hangs up takes its request at the backend with
/// it. Errors: not_found where the page's folder is missing, invalid for a backend_url that is no
/// http://host.
Result<http::Router> portal_router(const PortalOptions& options, Metrics& metrics);

}  // namespace croquis::portal
