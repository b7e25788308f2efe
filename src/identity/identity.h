#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "store/store.h"

namespace croquis::identity {

using store::Role;

/// Who a valid access token speaks for.
struct Principal {
    Uuid user;
    std::string name;
    Role role = Role::annotator;
};

/// An access token (JWT, RFC 7519) and the refresh token that gets the next one (RFC 9700).
struct TokenPair {
    std::string access_token;
    std::chrono::seconds expires_in{0};
    std::string refresh_token;
    std::chrono::seconds refresh_expires_in{0};
};

struct IdentityOptions {
    std::string
        secret;  ///< HS256 key, at least 32 bytes; from a file or the environment, never logged
    std::string previous_secret;  ///< still accepted while keys rotate; may be empty
    std::string issuer = "croquis";
    std::chrono::seconds access_lifetime{15 * 60};
    std::chrono::seconds refresh_lifetime{14 * 24 * 3600};
    /// argon2id's cost (RFC 9106): libsodium's "moderate" is 256 MiB and 0.7 s; "interactive" 64
    /// MiB.
    unsigned long long hash_operations = 3;
    std::size_t hash_memory_bytes = std::size_t{64} * 1024 * 1024;
    int logins_per_minute = 10;  ///< failed ones, per user name and per client address; 0: no limit
    std::size_t min_password_length = 10;
};

/// Passwords, tokens, roles. Blocking where it hashes or stores (call it from a WorkerPool), but
/// for authenticate(), which only computes. At most four passwords are hashed at once, one more is
/// unavailable. Thread-safe.
class Identity {
  public:
    Identity(store::Store& store, IdentityOptions options);
    ~Identity();

    /// Wrong name and wrong password are one unauthenticated error and take the same time; too many
    /// tries are rate_limited with retry_after_s. `client` is the peer's address.
    Result<TokenPair> sign_in(const std::string& name, const std::string& password,
                              const std::string& client);
    /// Ends the presented token and gives the next pair. A token presented twice ends all that
    /// follow from the same sign-in. Unknown, used, expired, of a disabled user: unauthenticated.
    Result<TokenPair> refresh(const std::string& refresh_token);
    /// Ends the token's sign-in; an unknown token is no error.
    Result<void> sign_out(const std::string& refresh_token);

    /// Checks signature (HS256 pinned: "none" and all else refused), issuer, expiry. No I/O, so a
    /// user who was disabled or given another role a moment ago keeps what the token says until it
    /// expires: at most access_lifetime; refresh() looks again.
    [[nodiscard]] Result<Principal> authenticate(std::string_view access_token, Timestamp at) const;

    /// Errors: invalid (field "name" or "password": length, characters), conflict (name taken).
    Result<store::User> add_user(const std::string& name, const std::string& password, Role role);
    /// Ends the user's sign-ins too.
    Result<void> set_password(const Uuid& user, const std::string& password);
    /// The last enabled admin can be neither disabled, demoted nor deleted (conflict). Disabling
    /// ends the user's sign-ins.
    Result<store::User> change_user(const Uuid& user, std::optional<Role> role,
                                    std::optional<bool> disabled);
    Result<void> delete_user(const Uuid& user);

    /// Demo mode's admin/admin, made if missing, exempt from the password rule.
    Result<void> ensure_demo_admin();
    /// Outside demo mode: an Error where a user has a default password (admin/admin), where the
    /// secret is short or a known default.
    [[nodiscard]] Result<void> refuse_defaults();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// "annotator", "admin".
std::string_view to_string(Role role);
Result<Role> parse_role(std::string_view text);

}  // namespace croquis::identity
