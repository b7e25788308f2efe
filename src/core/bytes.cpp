#include "core/bytes.h"

#include <openssl/sha.h>
#include <sodium.h>

namespace croquis {
namespace {

constexpr int standard = sodium_base64_VARIANT_ORIGINAL;
constexpr int url = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::string encode(BytesView data, int variant) {
    std::string text(sodium_base64_encoded_len(data.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(), data.data(), data.size(), variant);
    text.pop_back();  // sodium counts and writes the terminating zero
    return text;
}

Result<Bytes> decode(std::string_view text, int variant) {
    Bytes data(text.size() / 4 * 3 + 3);
    std::size_t written = 0;
    const char* end = nullptr;
    const int failed = sodium_base642bin(data.data(), data.size(), text.data(), text.size(),
                                         nullptr, &written, &end, variant);
    if (failed != 0 || end != text.data() + text.size())
        return Error{ErrorKind::malformed, "The text is not valid base64."};
    data.resize(written);
    return data;
}

}  // namespace

Sha256 sha256(BytesView data) {
    Sha256 digest;
    SHA256(data.data(), data.size(), digest.data());
    return digest;
}

std::string to_hex(BytesView data) {
    std::string text(data.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), data.data(), data.size());
    text.pop_back();
    return text;
}

Result<Bytes> from_hex(std::string_view text) {
    Bytes data(text.size() / 2 + 1);  // never empty, as sodium takes no null
    std::size_t written = 0;
    const char* end = nullptr;
    if (text.size() % 2 != 0 ||
        sodium_hex2bin(data.data(), data.size(), text.data(), text.size(), nullptr, &written,
                       &end) != 0 ||
        written != text.size() / 2)
        return Error{ErrorKind::malformed, "The text is not valid hexadecimal."};
    data.resize(written);
    return data;
}

std::string to_base64(BytesView data) {
    return encode(data, standard);
}
Result<Bytes> from_base64(std::string_view text) {
    return decode(text, standard);
}
std::string to_base64url(BytesView data) {
    return encode(data, url);
}
Result<Bytes> from_base64url(std::string_view text) {
    return decode(text, url);
}

Bytes random_bytes(std::size_t count) {
    Bytes data(count);
    randombytes_buf(data.data(), data.size());
    return data;
}

}  // namespace croquis
