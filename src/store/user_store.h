#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "store/model.h"

namespace croquis::store {

/// Accounts, and the refresh tokens of those who signed in. Thread-safe, as Store says.
class UserStore {
  public:
    // `by` is the user who asks for a change of accounts: unless that is an enabled admin at the
    // moment of the change, within its transaction, the change is forbidden. Absent, it is the
    // operator who asks, who has the database itself.

    /// Conflict ("name") where the name is taken.
    virtual Result<void> add_user(const User& user, const std::optional<Uuid>& by) = 0;
    virtual Result<User> user_by_name(const std::string& name) = 0;
    virtual Result<User> user(const Uuid& id) = 0;
    virtual Result<std::vector<User>> users() = 0;
    /// Changes an account and returns it, atomically. A new password and disabling end the user's
    /// sign-ins. Errors: not_found; conflict where no enabled admin would be left, however many
    /// processes change accounts at once.
    virtual Result<User> change_user(const Uuid& id, const AccountChange& change,
                                     const std::optional<Uuid>& by) = 0;
    /// Errors: those of change_user.
    virtual Result<void> delete_user(const Uuid& id, const std::optional<Uuid>& by) = 0;
    /// Puts `to`, a hash of the same password with other costs, in the place of `from`. No error
    /// where the account has another hash by now.
    virtual Result<void> rehash_password(const Uuid& id, const std::string& from,
                                         const std::string& to) = 0;
    /// A user's own change of the password: ends all sign-ins of the user and begins that of
    /// `sign_in`, atomically. Unauthenticated where the account is disabled or gone, or its hash is
    /// not `from` any more.
    virtual Result<void> renew_password(const std::string& from, const std::string& to,
                                        const RefreshToken& sign_in) = 0;

    /// Begins a sign-in. Unauthenticated where the account is disabled or gone, or its hash is not
    /// the one that was checked, `password_hash`, any more.
    virtual Result<void> add_refresh_token(const RefreshToken& token,
                                           const std::string& password_hash) = 0;
    /// Atomically replaces a valid token by `next`. A token used before, longer than rotation_grace
    /// ago, ends its whole family; that, an expired one and an unknown one are unauthenticated.
    virtual Result<RefreshToken> rotate_refresh_token(const Sha256& presented,
                                                      const RefreshToken& next, Timestamp at) = 0;
    /// Ends the whole family of the token; no error where there is none.
    virtual Result<void> revoke_refresh_token(const Sha256& presented) = 0;
    virtual Result<void> revoke_user_tokens(const Uuid& user) = 0;
    /// The user, as long as the sign-in `family` has not ended; not_found otherwise.
    virtual Result<User> signed_in_user(const Uuid& user, const Uuid& family) = 0;

  protected:
    ~UserStore() = default;
};

}  // namespace croquis::store
