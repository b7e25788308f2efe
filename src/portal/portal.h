#pragma once

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
    std::size_t max_backend_connections = 64;
};

/// The portal's routes: the page, and /api, /docs, /openapi* forwarded to the backend over
/// kept-alive connections, with X-Forwarded-For. A backend that is down is 502, one that is slow
/// 504, problem+json.
Result<http::Router> portal_router(const PortalOptions& options, Metrics& metrics);

}  // namespace croquis::portal
