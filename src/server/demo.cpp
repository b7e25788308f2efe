#include "server/demo.h"

#include <boost/asio/ip/address.hpp>

#include "core/characters.h"

namespace croquis::server {
namespace {

namespace ip = boost::asio::ip;

bool is_address(std::string_view text) {
    boost::system::error_code failed;
    ip::make_address(std::string(text), failed);
    return !failed;
}

/// Without the port and in lower case: "localhost" of "LocalHost:8000", "::1" of "[::1]:8000".
std::string name_in(std::string_view host) {
    if (host.starts_with('['))
        host = host.substr(1, host.find(']') == host.npos ? 0 : host.find(']') - 1);
    else
        host = host.substr(0, host.find(':'));
    std::string name = lower_case(host);
    if (name.ends_with('.')) name.pop_back();
    return name;
}

}  // namespace

Result<void> check_demo(const Config& config) {
    if (!config.demo || config.demo_anywhere) return {};
    boost::system::error_code failed;
    const auto address = ip::make_address(config.address, failed);
    // What is no address at all is said when it is listened on.
    if (failed || address.is_loopback()) return {};
    return Error{ErrorKind::invalid,
                 "Demo mode lets anyone in as admin, and others can reach " + config.address +
                     ": leave --address out, leave --demo out, or say --demo-anywhere too.",
                 "address"};
}

bool names_this_machine(std::string_view host) {
    const std::string name = name_in(host);
    return name == "localhost" || name.ends_with(".localhost") || is_address(name);
}

Result<void> check_host(const http::Request& request) {
    const auto host = request.header("host");
    if (host.empty() || names_this_machine(host)) return {};
    return Error{ErrorKind::forbidden,
                 "In demo mode this server answers to localhost and to IP addresses alone; "
                 "--demo-anywhere opens it to other names.",
                 "Host", 0, "demo_host"};
}

}  // namespace croquis::server
