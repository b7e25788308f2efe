#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace croquis::bench {

/// Where a server is: http only, as all parties stand on this machine.
struct Target {
    std::string host = "127.0.0.1";
    std::string port = "8000";
};

/// Throws std::invalid_argument for anything but http://host:port.
Target parse_target(std::string_view url);

/// One ready request. Sent as `head`, a key where there is one, and `rest`.
struct Request {
    std::string head;
    std::string rest;
};

struct Answer {
    unsigned status = 0;
    std::string body;
};

/// One GET on a connection of its own. Throws boost::system::system_error.
Answer get(const Target& target, const std::string& path);

/// A submission of each drawing of the file (base64 PNG, one a line); with `keyed` there is room
/// for an Idempotency-Key between head and rest.
std::vector<Request> submissions(const Target& target, const std::filesystem::path& drawings,
                                 bool keyed);

/// The same GET, always.
std::vector<Request> single_get(const Target& target, const std::string& path);

/// The first `pages` pages of the list, found by following `next`; fewer where the list ends.
std::vector<Request> list_pages(const Target& target, std::size_t pages, std::size_t per_page);

/// The images of the newest `count` drawings; with `conditional` as a browser that has them asks.
std::vector<Request> images(const Target& target, std::size_t count, bool conditional);

}  // namespace croquis::bench
