#include "core/bytes.h"
#include "fuzz/target.h"

/// Base64 in both alphabets: what is read and written again is read the same.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace croquis;
    const BytesView input(data, size);
    const auto plain = from_base64(as_text(input));
    if (plain) fuzz::require(*from_base64(to_base64(*plain)) == *plain, "base64 differs");
    const auto url = from_base64url(as_text(input));
    if (url) fuzz::require(to_base64url(*url) == as_text(input), "base64url differs");
    const auto back = from_base64(to_base64(input));
    fuzz::require(back && as_text(*back) == as_text(input), "base64 loses bytes");
    const auto hex = from_hex(to_hex(input));
    fuzz::require(hex && as_text(*hex) == as_text(input), "hexadecimal loses bytes");
    return 0;
}
