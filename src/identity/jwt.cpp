#include "identity/jwt.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "core/bytes.h"
#include "identity/role.h"

namespace croquis::identity {
namespace {

namespace json = boost::json;

constexpr std::size_t max_token_bytes = 4096;
using Signature = std::array<std::uint8_t, crypto_auth_hmacsha256_BYTES>;

Error refused(const char* detail) {
    return {ErrorKind::unauthenticated, detail};
}

Signature hmac(std::string_view secret, std::string_view text) {
    crypto_auth_hmacsha256_state state;
    Signature signature{};
    const BytesView key = as_bytes(secret);
    const BytesView data = as_bytes(text);
    crypto_auth_hmacsha256_init(&state, key.data(), key.size());
    crypto_auth_hmacsha256_update(&state, data.data(), data.size());
    crypto_auth_hmacsha256_final(&state, signature.data());
    sodium_memzero(&state, sizeof(state));
    return signature;
}

/// Names a key without giving it away.
std::string id_of(std::string_view secret) {
    return to_base64url(BytesView(hmac(secret, "croquis key id")).first(9));
}

std::int64_t seconds(Timestamp time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

/// A base64url part that holds a small JSON object.
Result<json::object> read_part(std::string_view part) {
    const auto bytes = from_base64url(part);
    if (!bytes) return refused("The token cannot be read.");
    json::parse_options options;
    options.max_depth = 4;
    boost::system::error_code failed;
    auto value = json::parse(as_text(*bytes), failed, {}, options);
    if (failed || !value.is_object()) return refused("The token cannot be read.");
    return std::move(value.get_object());
}

/// The member's text, empty where it is missing or no text.
std::string_view text(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                  : std::string_view();
}

/// A NumericDate (RFC 7519 section 2), which may have a fraction.
Result<Timestamp> time(const json::object& object, std::string_view name) {
    constexpr double far_future = 253'402'300'800;  // the year 10000
    const auto* value = object.if_contains(name);
    if (value == nullptr || !(value->is_int64() || value->is_double()))
        return refused("The token lacks a valid time.");
    const double since_1970 = value->to_number<double>();
    if (!(since_1970 >= 0 && since_1970 < far_future))
        return refused("The token lacks a valid time.");
    return Timestamp(std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::duration<double>(since_1970)));
}

Result<void> read_optional_claims(const json::object& payload, Claims& claims) {
    if (payload.contains("nbf")) {
        const auto not_before = time(payload, "nbf");
        if (!not_before) return not_before.error();
        claims.not_before = *not_before;
    }
    if (payload.contains("sid")) {
        const auto sign_in = Uuid::parse(text(payload, "sid"));
        if (!sign_in) return refused("The token does not say which sign-in it is of.");
        claims.sign_in = *sign_in;
    }
    return {};
}

Result<void> check_times(const Claims& claims, Timestamp at) {
    const auto latest = at + Jwt::clock_tolerance;
    if (claims.expires_at <= at) return refused("The token has expired.");
    if (claims.issued_at > latest || claims.not_before.value_or(latest) > latest)
        return refused("The token is not valid yet.");
    return {};
}

/// Signed with HS256, of the type that is issued here, and without extensions that must be known.
Result<void> check_header(const json::object& header) {
    if (text(header, "alg") != "HS256" || header.contains("crit"))
        return refused("The token is not signed with HS256.");
    constexpr std::string_view type = "jwt";
    const auto given = text(header, "typ");
    const auto same = [](char a, char b) { return (a | 0x20) == b; };
    if (!std::equal(given.begin(), given.end(), type.begin(), type.end(), same))
        return refused("The token is of another type.");
    return {};
}

Result<Claims> read_claims(const json::object& payload) {
    Claims claims;
    const auto subject = Uuid::parse(text(payload, "sub"));
    const auto role = parse_role(text(payload, "role"));
    const auto issued = time(payload, "iat");
    const auto expires = time(payload, "exp");
    if (!subject || !role) return refused("The token does not say whom it is for.");
    if (!issued) return issued.error();
    if (!expires) return expires.error();
    claims.subject = *subject;
    claims.role = *role;
    claims.issued_at = *issued;
    claims.expires_at = *expires;
    claims.name = text(payload, "name");
    claims.id = text(payload, "jti");
    if (const auto read = read_optional_claims(payload, claims); !read) return read.error();
    return claims;
}

}  // namespace

Jwt::Jwt(std::string issuer, std::string secret, std::string previous_secret)
    : issuer_(std::move(issuer)) {
    for (auto* one : {&secret, &previous_secret})
        if (!one->empty()) keys_.push_back({id_of(*one), std::move(*one)});
    if (keys_.empty()) throw std::invalid_argument("a token needs a secret");
}

const Jwt::Key* Jwt::key(std::string_view id) const {
    const auto found =
        std::find_if(keys_.begin(), keys_.end(), [&](const Key& key) { return key.id == id; });
    return found == keys_.end() ? nullptr : &*found;
}

std::vector<std::string> Jwt::key_ids() const {
    std::vector<std::string> ids;
    for (const auto& key : keys_) ids.push_back(key.id);
    return ids;
}

std::string Jwt::sign(const Claims& claims) const {
    const json::object header{{"alg", "HS256"}, {"typ", "JWT"}, {"kid", keys_.front().id}};
    json::object payload{{"iss", issuer_},
                         {"sub", to_string(claims.subject)},
                         {"name", claims.name},
                         {"role", to_string(claims.role)},
                         {"iat", seconds(claims.issued_at)},
                         {"exp", seconds(claims.expires_at)},
                         {"jti", claims.id}};
    if (claims.sign_in) payload["sid"] = to_string(*claims.sign_in);
    if (claims.not_before) payload["nbf"] = seconds(*claims.not_before);
    std::string token = to_base64url(as_bytes(json::serialize(header)));
    token.append(".").append(to_base64url(as_bytes(json::serialize(payload))));
    const auto signature = hmac(keys_.front().secret, token);
    return token.append(".").append(to_base64url(signature));
}

Result<Claims> Jwt::check(std::string_view token, Timestamp at) const {
    if (token.size() > max_token_bytes) return refused("The token is too long.");
    const auto first = token.find('.');
    const auto last = token.rfind('.');
    if (first == std::string_view::npos || first == last || token.find('.', first + 1) != last)
        return refused("The token is not a JSON Web Token.");

    const auto header = read_part(token.substr(0, first));
    if (!header) return header.error();
    if (const auto ours = check_header(*header); !ours) return ours.error();
    const Key* signer = key(text(*header, "kid"));
    if (signer == nullptr) return refused("The token is signed with a key that is not in use.");

    const auto given = from_base64url(token.substr(last + 1));
    const auto expected = hmac(signer->secret, token.substr(0, last));
    if (!given || given->size() != expected.size() ||
        sodium_memcmp(given->data(), expected.data(), expected.size()) != 0)
        return refused("The token's signature is wrong.");

    const auto payload = read_part(token.substr(first + 1, last - first - 1));
    if (!payload) return payload.error();
    if (text(*payload, "iss") != issuer_) return refused("The token is from another issuer.");
    auto claims = read_claims(*payload);
    if (!claims) return claims.error();
    if (const auto valid = check_times(*claims, at); !valid) return valid.error();
    return claims;
}

}  // namespace croquis::identity
