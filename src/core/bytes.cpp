#include "core/bytes.h"

#include <openssl/sha.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "core/characters.h"

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

Error not_base64() {
    return {ErrorKind::malformed, "The text is not valid base64."};
}

Result<Bytes> decode(std::string_view text, int variant) {
    // libsodium 1.0.18 takes bytes above 0x7f for the alphabet's last two characters.
    if (!is_ascii(text)) return not_base64();
    Bytes data(text.size() / 4 * 3 + 3);
    std::size_t written = 0;
    const char* end = nullptr;
    const int failed = sodium_base642bin(data.data(), data.size(), text.data(), text.size(),
                                         nullptr, &written, &end, variant);
    if (failed != 0 || end != text.data() + text.size()) return not_base64();
    data.resize(written);
    return data;
}

/// What a character adds to the 24 bits of its group, for each of the four places; a character
/// outside the alphabet sets a bit above them.
constexpr std::uint32_t outside = 0x01000000;
using Digits = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr Digits digits_of_groups() {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    Digits digits{};
    for (auto& place : digits) place.fill(outside);
    for (std::uint32_t value = 0; value < alphabet.size(); ++value)
        for (std::size_t place = 0; place < 4; ++place)
            digits[place][static_cast<unsigned char>(alphabet[value])] = value << (18 - 6 * place);
    return digits;
}

constexpr Digits group_digits = digits_of_groups();

std::uint32_t group(const char* four) {
    std::uint32_t bits = 0;
    for (std::size_t place = 0; place < 4; ++place)
        bits |= group_digits[place][static_cast<unsigned char>(four[place])];
    return bits;
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
/// libsodium's decoder takes the same time whatever the text, for the sake of secrets, and eight
/// times as long; pictures are no secret here.
Result<Bytes> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return not_base64();
    if (text.empty()) return Bytes();
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    Bytes data(text.size() / 4 * 3);
    std::uint8_t* out = data.data();
    std::uint32_t all = 0;
    const std::string_view whole = text.substr(0, text.size() - 4);
    for (std::size_t at = 0; at < whole.size(); at += 4, out += 3) {
        const std::uint32_t bits = group(whole.data() + at);
        all |= bits;
        out[0] = static_cast<std::uint8_t>(bits >> 16U);
        out[1] = static_cast<std::uint8_t>(bits >> 8U);
        out[2] = static_cast<std::uint8_t>(bits);
    }
    std::string last(text.substr(whole.size()));
    last.replace(4 - padding, padding, padding, 'A');
    const std::uint32_t bits = group(last.data());
    // The bits that the padding leaves over must be zero (RFC 4648 section 3.5).
    const std::uint32_t left_over = padding == 2 ? 0xffff : padding == 1 ? 0xff : 0;
    if (((all | bits) & outside) != 0 || (bits & left_over) != 0) return not_base64();
    for (std::size_t byte = 0; byte < 3 - padding; ++byte)
        *out++ = static_cast<std::uint8_t>(bits >> (16 - 8 * byte));
    data.resize(data.size() - padding);
    return data;
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
