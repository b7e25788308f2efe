#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

namespace croquis::http {

/// The address in an element of X-Forwarded-For, where proxies write it bare, with a port
/// ("192.0.2.1:4711", "[2001:db8::1]:4711") or in brackets. An IPv4 address that IPv6 carries
/// (::ffff:192.0.2.1) is that IPv4 address. Nothing for whatever is no address ("unknown", a name).
std::optional<boost::asio::ip::address> read_client_address(std::string_view text);

/// The same client always as the same address: an IPv4 address that IPv6 carries is IPv4, and an
/// address of one link loses the name of the interface.
boost::asio::ip::address plain_address(const boost::asio::ip::address& address);

/// What a client's connections are counted by: an IPv4 address, or the /64 that one IPv6 subscriber
/// gets (RFC 6177).
std::uint64_t connection_key(const boost::asio::ip::address& address);

}  // namespace croquis::http
