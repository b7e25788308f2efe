#include "server/addresses.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <boost/asio/ip/address.hpp>
#include <cstring>
#include <memory>
#include <optional>

#include "server/listeners.h"

namespace croquis::server {
namespace {

namespace ip = boost::asio::ip;

std::optional<ip::address> address_of(const sockaddr& socket) {
    if (socket.sa_family == AF_INET) {
        sockaddr_in four{};
        std::memcpy(&four, &socket, sizeof four);
        return ip::address_v4(ntohl(four.sin_addr.s_addr));
    }
    if (socket.sa_family == AF_INET6) {
        sockaddr_in6 six{};
        std::memcpy(&six, &socket, sizeof six);
        ip::address_v6::bytes_type bytes;
        std::memcpy(bytes.data(), &six.sin6_addr, bytes.size());
        const ip::address_v6 address(bytes);
        // A link-local one is of no use without its interface, which browsers refuse.
        if (!address.is_link_local()) return address;
    }
    return std::nullopt;
}

/// Of the interfaces that are up, without the loopback.
std::vector<ip::address> addresses_of_this_machine() {
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0) return {};
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> interfaces(first, freeifaddrs);
    std::vector<ip::address> found;
    for (const auto* each = first; each != nullptr; each = each->ifa_next) {
        const bool usable =
            (each->ifa_flags & IFF_UP) != 0 && (each->ifa_flags & IFF_LOOPBACK) == 0;
        if (!usable || each->ifa_addr == nullptr) continue;
        if (const auto address = address_of(*each->ifa_addr)) found.push_back(*address);
    }
    return found;
}

}  // namespace

std::vector<std::string> shown_urls(const std::string& address, std::uint16_t port) {
    std::vector<std::string> urls{shown_url(address, port)};
    if (address != "0.0.0.0" && address != "::") return urls;
    for (const auto& each : addresses_of_this_machine())
        if (address == "::" || each.is_v4()) urls.push_back(local_url(each.to_string(), port));
    return urls;
}

}  // namespace croquis::server
