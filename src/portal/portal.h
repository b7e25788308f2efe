#pragma once

#include "core/error.h"
#include "core/metrics.h"
#include "http/router.h"
#include "portal/portal_options.h"

namespace croquis::portal {

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
