#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

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

}  // namespace croquis::portal
