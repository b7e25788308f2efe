#include "core/bytes.h"
#include "fuzz/target.h"
#include "http/client_address.h"

/// What is read as an address is one, and is read as the same again however a proxy writes it.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace croquis;
    const auto address = http::read_client_address(as_text(BytesView(data, size)));
    if (!address) return 0;
    const std::string text = address->to_string();
    fuzz::require(http::read_client_address(text) == address, "an address is read as another");
    const std::string with_port = address->is_v6() ? '[' + text + "]:80" : text + ":80";
    fuzz::require(http::read_client_address(with_port) == address, "a port makes another client");
    fuzz::require(http::plain_address(*address) == *address, "an address has two forms");
    return 0;
}
