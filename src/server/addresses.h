#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace croquis::server {

/// The addresses that a listener on `address` is opened with, for a person to click: this machine's
/// first (localhost where that will do), then, where it listens on every address, those that others
/// reach it by.
std::vector<std::string> shown_urls(const std::string& address, std::uint16_t port);

}  // namespace croquis::server
