#pragma once

#include <string>
#include <string_view>

#include "http/message.h"
#include "server/config.h"

/// Demo mode, where anyone is admin, is for one machine.
namespace croquis::server {

/// Refuses (invalid, "address") demo mode on an address that others can reach, unless
/// --demo-anywhere says so.
Result<void> check_demo(const Config& config);

/// Whether a Host field's value names a server on this machine whatever the name service says:
/// localhost, a name under it, or an IP address. A page of another site that has its own name
/// resolve to this machine (DNS rebinding) sends that name.
bool names_this_machine(std::string_view host);

/// For http::ServerOptions::admit in demo mode: forbidden unless the request's Host names this
/// machine. A request without Host is let pass; browsers always send one.
Result<void> check_host(const http::Request& request);

}  // namespace croquis::server
