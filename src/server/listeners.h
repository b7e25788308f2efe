#pragma once

#include <memory>
#include <string>

#include "core/metrics.h"
#include "http/server.h"
#include "server/config.h"

/// The program's HTTP listeners, as `serve` and `portal` open them.
namespace croquis::server {

http::ServerLimits limits_of(const Config& config);

/// Raises the limit on open files to what this process may have, and lowers the limits on
/// connections in `config` to what then fits: past them a client is told so with 503, where without
/// descriptors it would be left to wait. Warns where they are lowered. Has large blocks of memory
/// given back to the system when they are freed, so that a crowd of uploads leaves nothing behind,
/// and a file that reaches its limit be an error of the write. Errors: invalid for a base_path that
/// is none.
Result<void> prepare_process(Config& config);

/// Where a listener is reached from this machine: "http://127.0.0.1:8000", also where it listens on
/// every address; IPv6 in brackets.
std::string local_url(const std::string& address, std::uint16_t port);

/// The same for a person to click: localhost where that will do.
std::string shown_url(const std::string& address, std::uint16_t port);

/// `name` is the listener's in metrics and logs.
http::ServerOptions listener_options(const Config& config, const std::string& name,
                                     std::uint16_t port);

/// Each listens already. `metrics` must outlive them.
/// `secret` proves the portal to a backend in the same process; empty where there is none.
Result<std::unique_ptr<http::Server>> listen_portal(const Config& config,
                                                    const std::string& backend_url,
                                                    const std::string& secret, Metrics& metrics);
/// GET /metrics in Prometheus's text format. Null where config.metrics_port is 0.
Result<std::unique_ptr<http::Server>> listen_metrics(const Config& config, Metrics& metrics);

}  // namespace croquis::server
