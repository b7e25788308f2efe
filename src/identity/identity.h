#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "identity/principal.h"
#include "identity/role.h"
#include "identity/security_log.h"
#include "identity/sign_in_limiter.h"
#include "store/user_store.h"

namespace croquis::identity {

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
    int logins_per_minute = 10;  ///< failed ones, see SignInLimiter; 0: no limit
};

/// Who asks for a change of accounts.
struct Actor {
    std::optional<Uuid> user;  ///< absent: the operator, who has the database itself
    std::string name = "operator";
    Origin origin;
};

/// What changes of an account; what is absent stays as it is.
struct AccountEdit {
    std::optional<Role> role;
    std::optional<bool> disabled;
    std::optional<std::string> password;
};

/// A try to sign in, within the limits. It counts as failed where wrong() was called before it
/// goes.
class SignInTry {
  public:
    SignInTry(SignInLimiter& limiter, std::string name, Origin origin,
              SignInLimiter::Clock::duration wait);
    SignInTry(SignInTry&&) noexcept = default;
    SignInTry(const SignInTry&) = delete;
    SignInTry& operator=(const SignInTry&) = delete;
    SignInTry& operator=(SignInTry&&) = delete;
    ~SignInTry();

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const Origin& origin() const { return origin_; }
    /// How long it has to wait before sign_in() or change_own_password().
    [[nodiscard]] SignInLimiter::Clock::duration wait() const { return wait_; }
    void wrong() { limiter_.reset(); }

  private:
    struct Keep {
        void operator()(SignInLimiter*) const {}
    };
    std::unique_ptr<SignInLimiter, Keep> limiter_;  ///< null where there is nothing to give back
    std::string name_;
    Origin origin_;
    SignInLimiter::Clock::duration wait_;
};

/// Passwords, tokens, roles. What hashes, a tenth of a second or more, belongs on a WorkerPool of
/// its own; what else asks the store blocks too and belongs on one; authenticate(),
/// lately_confirmed() and begin_sign_in() only compute. At most four passwords are hashed at once,
/// one more is unavailable. What matters to an operator goes to the security log. Thread-safe.
class Identity {
  public:
    /// For how long confirm()'s answer serves lately_confirmed().
    static constexpr std::chrono::seconds confirmation_lasts{2};

    Identity(store::UserStore& store, IdentityOptions options);
    ~Identity();

    /// Asked before a password is looked at: too many failed tries are rate_limited with
    /// retry_after_s, and a name that nobody can have is unauthenticated. The user's own change of
    /// the password starts so too.
    Result<SignInTry> begin_sign_in(const std::string& name, const Origin& origin);
    /// Hashes. Wrong name and wrong password are one unauthenticated error and take the same time.
    Result<TokenPair> sign_in(SignInTry tried, const std::string& password);
    /// Ends the presented token and gives the next pair. A token presented again within
    /// store::rotation_grace gives another pair; later it ends all that follow from the same
    /// sign-in. Unknown, used, expired, of a disabled user: unauthenticated.
    Result<TokenPair> refresh(const std::string& refresh_token, const Origin& origin);
    /// Ends the token's sign-in; an unknown token is no error.
    Result<void> sign_out(const std::string& refresh_token, const Origin& origin);

    /// Checks signature (HS256 pinned: "none" and all else refused), type, issuer, times. No I/O:
    /// what the token says of the user may be out of date, see confirm().
    [[nodiscard]] Result<Principal> authenticate(std::string_view access_token, Timestamp at) const;
    /// What a token says, as it is at this moment in the store: unauthenticated where the user is
    /// disabled or gone, or the sign-in has ended; else with the present name and role.
    Result<Principal> confirm(const Principal& claimed);
    /// What confirm() said of it at most confirmation_lasts ago, in this process. For reading
    /// alone.
    std::optional<Principal> lately_confirmed(
        const Principal& claimed,
        std::chrono::steady_clock::time_point at = std::chrono::steady_clock::now());

    // Changes of accounts. Unless the actor is an enabled admin at the moment of the change, or the
    // operator, they are forbidden. Names and passwords are checked: invalid (field "name" or
    // "password"). The last enabled admin can be neither disabled, demoted nor deleted (conflict).

    /// Hashes. Errors besides: conflict (name taken).
    Result<store::User> add_user(const std::string& name, const std::string& password, Role role,
                                 const Actor& actor);
    /// Hashes where there is a new password. That, and disabling, end the user's sign-ins.
    Result<store::User> change_user(const Uuid& user, const AccountEdit& change,
                                    const Actor& actor);
    Result<void> delete_user(const Uuid& user, const Actor& actor);
    Result<std::vector<store::User>> users();

    /// Hashes. Ends the user's sign-ins and begins another. A wrong `present` is invalid
    /// ("present_password") and counts as a failed sign-in.
    Result<TokenPair> change_own_password(SignInTry tried, const Principal& who,
                                          const std::string& present, const std::string& fresh);

    /// Demo mode's admin/admin, made if missing, exempt from the password rule.
    Result<void> ensure_demo_admin();
    /// Outside demo mode: an Error where a user has a default password (admin/admin), where the
    /// secret is short or a known default.
    [[nodiscard]] Result<void> refuse_defaults();
    /// Tells the security log which keys are in use.
    void tell_keys() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace croquis::identity
