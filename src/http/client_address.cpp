#include "http/client_address.h"

#include <algorithm>
#include <string>

namespace croquis::http {
namespace {

namespace ip = boost::asio::ip;

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Takes a port off the end, and brackets off an IPv6 address; nothing where what follows the
/// brackets is no port.
std::optional<std::string_view> without_port(std::string_view text) {
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        const auto after = text.substr(close + 1);
        if (!after.empty() && !(after.front() == ':' && is_port(after.substr(1))))
            return std::nullopt;
        text = text.substr(1, close - 1);
        if (text.find(':') == std::string_view::npos) return std::nullopt;
        return text;
    }
    const auto colon = text.find(':');
    const bool only_one =
        colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos;
    if (!only_one) return text;
    if (!is_port(text.substr(colon + 1))) return std::nullopt;
    return text.substr(0, colon);
}

}  // namespace

ip::address plain_address(const ip::address& address) {
    if (address.is_v4()) return address;
    auto v6 = address.to_v6();
    if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6);
    v6.scope_id(0);
    return v6;
}

std::optional<ip::address> read_client_address(std::string_view text) {
    // The longest address with brackets, zone and port; what is longer is none.
    constexpr std::size_t longest = 80;
    if (text.size() > longest) return std::nullopt;
    const auto bare = without_port(text);
    if (!bare) return std::nullopt;
    boost::system::error_code failed;
    const auto address = ip::make_address(std::string(*bare), failed);
    if (failed) return std::nullopt;
    return plain_address(address);
}

std::uint64_t connection_key(const ip::address& address) {
    const auto plain = plain_address(address);
    // 0:1::/32, where these fall among the /64s of IPv6, is given to nobody.
    if (plain.is_v4()) return (std::uint64_t{1} << 32U) | plain.to_v4().to_uint();
    const auto bytes = plain.to_v6().to_bytes();
    std::uint64_t network = 0;
    for (std::size_t i = 0; i < 8; ++i) network = network << 8U | bytes[i];
    return network;
}

}  // namespace croquis::http
