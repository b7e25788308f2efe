#pragma once

namespace croquis::server {

/// The groups of settings that a command takes.
enum class Settings : unsigned {
    store = 1,
    model = 2,
    serve = 4,
    portal = 8,
    identity = 16,
    logging = 32,
    worker = 64,  ///< given with `serve` where both take it
    pictures = 128,
    uploads = 256,
};
constexpr Settings operator|(Settings a, Settings b) {
    return static_cast<Settings>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}

}  // namespace croquis::server
