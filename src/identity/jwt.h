#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "core/uuid.h"
#include "identity/role.h"

namespace croquis::identity {

/// What an access token states (RFC 7519 section 4.1; `sid` as in OpenID Connect Front-Channel
/// Logout 1.0; and `name` and `role`).
struct Claims {
    Uuid subject;
    std::optional<Uuid> sign_in;  ///< sid: the family of refresh tokens that it came with
    std::string name;
    Role role = Role::annotator;
    Timestamp issued_at;
    Timestamp expires_at;
    std::optional<Timestamp> not_before;
    std::string id;  ///< jti
};

/// Signs and checks JSON Web Tokens in compact form (RFC 7515, 7519), HS256 alone: the header's
/// "alg" and "typ" are compared, never obeyed (RFC 8725 sections 3.1 and 3.11). Keys have ids
/// ("kid"), so that the secret can be changed while tokens of the last one still live.
///
/// On libsodium's HMAC-SHA-256 and Boost.JSON directly: cpp-jwt 1.4 compares signatures with an
/// ordinary, early-ending comparison, asserts on parts of its input, and cannot choose a key by its
/// id. Thread-safe.
class Jwt {
  public:
    /// By how much another machine's clock may be ahead of this one's: an iat or nbf that far in
    /// the future is taken. An expired token is never.
    static constexpr std::chrono::seconds clock_tolerance{60};

    /// `previous_secret` may be empty. Neither is ever logged.
    Jwt(std::string issuer, std::string secret, std::string previous_secret);

    [[nodiscard]] std::string sign(const Claims& claims) const;
    /// Every fault is ErrorKind::unauthenticated; the detail says which.
    [[nodiscard]] Result<Claims> check(std::string_view token, Timestamp at) const;

    /// The ids of the keys in use, the one that signs first. They give nothing of the keys away.
    [[nodiscard]] std::vector<std::string> key_ids() const;

  private:
    struct Key {
        std::string id;
        std::string secret;
    };
    [[nodiscard]] const Key* key(std::string_view id) const;

    std::string issuer_;
    std::vector<Key> keys_;  ///< the first signs
};

}  // namespace croquis::identity
