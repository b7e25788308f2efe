#include "identity/identity.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <set>

#include "core/bytes.h"
#include "identity/jwt.h"
#include "identity/password.h"
#include "identity/rate_limit.h"

namespace croquis::identity {
namespace {

constexpr std::string_view demo_name = "admin";
constexpr std::string_view demo_password = "admin";
constexpr std::size_t min_secret_bytes = 32;
constexpr std::size_t min_secret_variety = 10;
constexpr std::size_t max_name_bytes = 64;
constexpr std::size_t refresh_token_bytes = 32;
constexpr std::size_t max_refresh_token_text = 128;

Error wrong_sign_in() {
    return {ErrorKind::unauthenticated, "The user name or the password is wrong."};
}

Error wrong_refresh() {
    return {ErrorKind::unauthenticated,
            "The refresh token is not valid (any more); sign in again."};
}

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return result;
}

Result<void> check_name(std::string_view name) {
    if (name.empty() || name.size() > max_name_bytes)
        return Error{ErrorKind::invalid, "A user name has 1 to 64 characters.", "name"};
    constexpr std::string_view others = "._@+-";
    const bool plain = std::all_of(name.begin(), name.end(), [&](char c) {
        return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
    });
    if (!plain || !is_alphanumeric(name.front()))
        return Error{ErrorKind::invalid,
                     "A user name is made of letters A to Z, digits and . _ @ + -, and starts with "
                     "a letter or a digit.",
                     "name"};
    return {};
}

/// Characters as a person counts them: UTF-8 without its continuation bytes.
std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

Result<void> check_password(std::string_view name, std::string_view password, std::size_t least) {
    if (characters(password) < least)
        return Error{ErrorKind::invalid,
                     "A password has at least " + std::to_string(least) + " characters.",
                     "password"};
    if (password.size() > PasswordHasher::max_password_bytes)
        return Error{ErrorKind::invalid, "A password has at most 1024 bytes.", "password"};
    if (lower(password) == lower(name))
        return Error{ErrorKind::invalid, "A password differs from the user name.", "password"};
    return {};
}

Result<void> check_secret(std::string_view secret, const char* field) {
    if (secret.size() < min_secret_bytes)
        return Error{ErrorKind::invalid,
                     "The secret that signs tokens has at least 32 bytes (openssl rand -base64 "
                     "32).",
                     field};
    const std::set<char> variety(secret.begin(), secret.end());
    const std::string plain = lower(secret);
    if (variety.size() < min_secret_variety || plain.find("change") != std::string::npos ||
        plain.find("secret") != std::string::npos)
        return Error{ErrorKind::invalid,
                     "The secret that signs tokens can be guessed; make one with openssl rand "
                     "-base64 32.",
                     field};
    return {};
}

/// A refresh token as the client holds it, and what is stored of it.
struct FreshToken {
    std::string text;
    store::RefreshToken stored;
};

FreshToken fresh_token(Timestamp expires_at) {
    FreshToken token;
    token.text = to_base64url(random_bytes(refresh_token_bytes));
    token.stored.digest = sha256(as_bytes(token.text));
    token.stored.expires_at = expires_at;
    return token;
}

}  // namespace

class Identity::Impl {
  public:
    Impl(store::Store& users, IdentityOptions given)
        : store(users),
          options(std::move(given)),
          jwt(options.issuer, options.secret, options.previous_secret),
          hasher(options.hash_operations, options.hash_memory_bytes),
          names(options.logins_per_minute),
          clients(options.logins_per_minute) {}

    Result<store::User> check_sign_in(const std::string& name, const std::string& password);
    TokenPair pair(const store::User& user, std::string refresh_token, Timestamp at) const;
    void keep_hash_current(const store::User& user, const std::string& password);
    Result<void> keeps_an_admin(const store::User& after);
    Result<store::User> store_user(const std::string& name, const std::string& password, Role role);

    store::Store& store;
    const IdentityOptions options;
    Jwt jwt;
    PasswordHasher hasher;
    RateLimiter names;
    RateLimiter clients;
    /// Held from reading a user to writing it back, so that two changes cannot undo each other.
    std::mutex changes;
};

/// Hashes in every case, so that the time does not tell whether the name exists.
Result<store::User> Identity::Impl::check_sign_in(const std::string& name,
                                                  const std::string& password) {
    const auto user = store.user_by_name(name);
    if (!user && user.error().kind != ErrorKind::not_found) return user.error();
    if (!user) {
        const auto pretended = hasher.pretend(password);
        return pretended ? wrong_sign_in() : pretended.error();
    }
    const auto right = hasher.verify(password, user->password_hash);
    if (!right) return right.error();
    if (!*right || user->disabled) return wrong_sign_in();
    return *user;
}

TokenPair Identity::Impl::pair(const store::User& user, std::string refresh_token,
                               Timestamp at) const {
    const Claims claims{user.id,
                        user.name,
                        user.role,
                        at,
                        at + options.access_lifetime,
                        to_base64url(random_bytes(12))};
    return {jwt.sign(claims), options.access_lifetime, std::move(refresh_token),
            options.refresh_lifetime};
}

/// Where the costs were raised since the password was set, hashes it again. That this fails is no
/// reason to refuse a sign-in: the next one tries again.
void Identity::Impl::keep_hash_current(const store::User& user, const std::string& password) {
    if (!hasher.outdated(user.password_hash)) return;
    const auto phc = hasher.hash(password);
    if (!phc) return;
    const std::scoped_lock lock(changes);
    auto current = store.user(user.id);
    if (!current || current->password_hash != user.password_hash) return;
    current->password_hash = *phc;
    static_cast<void>(store.update_user(*current));
}

/// Call with `changes` held.
Result<void> Identity::Impl::keeps_an_admin(const store::User& after) {
    if (after.role == Role::admin && !after.disabled) return {};
    const auto all = store.users();
    if (!all) return all.error();
    const bool another = std::any_of(all->begin(), all->end(), [&](const store::User& user) {
        return user.id != after.id && user.role == Role::admin && !user.disabled;
    });
    const bool was_admin = std::any_of(all->begin(), all->end(), [&](const store::User& user) {
        return user.id == after.id && user.role == Role::admin && !user.disabled;
    });
    if (was_admin && !another)
        return Error{ErrorKind::conflict,
                     "This is the last enabled admin; make another one first."};
    return {};
}

Result<store::User> Identity::Impl::store_user(const std::string& name, const std::string& password,
                                               Role role) {
    auto phc = hasher.hash(password);
    if (!phc) return phc.error();
    const store::User user{Uuid::v7(), name, std::move(*phc), role, false, now()};
    if (const auto added = store.add_user(user); !added) {
        Error error = added.error();
        if (error.kind == ErrorKind::conflict) error.field = "name";
        return error;
    }
    return user;
}

Identity::Identity(store::Store& store, IdentityOptions options)
    : impl_(std::make_unique<Impl>(store, std::move(options))) {}
Identity::~Identity() = default;

Result<TokenPair> Identity::sign_in(const std::string& name, const std::string& password,
                                    const std::string& client) {
    if (name.empty() || name.size() > max_name_bytes ||
        password.size() > PasswordHasher::max_password_bytes)
        return wrong_sign_in();
    const std::string name_key = lower(name);
    const std::string from = client_key(client);
    if (const auto allowed = impl_->clients.take(from); !allowed) return allowed.error();
    if (const auto allowed = impl_->names.take(name_key); !allowed) return allowed.error();

    const auto user = impl_->check_sign_in(name, password);
    if (user || user.error().kind != ErrorKind::unauthenticated) {
        impl_->clients.give_back(from);
        impl_->names.give_back(name_key);
    }
    if (!user) return user.error();
    impl_->keep_hash_current(*user, password);

    const Timestamp at = now();
    FreshToken token = fresh_token(at + impl_->options.refresh_lifetime);
    token.stored.user = user->id;
    token.stored.family = Uuid::v7();
    if (const auto stored = impl_->store.add_refresh_token(token.stored); !stored)
        return stored.error();
    return impl_->pair(*user, std::move(token.text), at);
}

Result<TokenPair> Identity::refresh(const std::string& refresh_token) {
    if (refresh_token.size() > max_refresh_token_text) return wrong_refresh();
    const Timestamp at = now();
    FreshToken next = fresh_token(at + impl_->options.refresh_lifetime);
    const auto rotated =
        impl_->store.rotate_refresh_token(sha256(as_bytes(refresh_token)), next.stored, at);
    if (!rotated)
        return rotated.error().kind == ErrorKind::unauthenticated ? wrong_refresh()
                                                                  : rotated.error();
    const auto user = impl_->store.user(rotated->user);
    if (!user) return user.error().kind == ErrorKind::not_found ? wrong_refresh() : user.error();
    if (user->disabled) {
        const auto revoked = impl_->store.revoke_user_tokens(user->id);
        return revoked ? wrong_refresh() : revoked.error();
    }
    return impl_->pair(*user, std::move(next.text), at);
}

Result<void> Identity::sign_out(const std::string& refresh_token) {
    return impl_->store.revoke_refresh_token(sha256(as_bytes(refresh_token)));
}

Result<Principal> Identity::authenticate(std::string_view access_token, Timestamp at) const {
    auto claims = impl_->jwt.check(access_token, at);
    if (!claims) return claims.error();
    return Principal{claims->subject, std::move(claims->name), claims->role};
}

Result<store::User> Identity::add_user(const std::string& name, const std::string& password,
                                       Role role) {
    if (const auto valid = check_name(name); !valid) return valid.error();
    const auto strong = check_password(name, password, impl_->options.min_password_length);
    if (!strong) return strong.error();
    return impl_->store_user(name, password, role);
}

Result<void> Identity::set_password(const Uuid& user, const std::string& password) {
    const auto named = impl_->store.user(user);
    if (!named) return named.error();
    const auto strong = check_password(named->name, password, impl_->options.min_password_length);
    if (!strong) return strong.error();
    const auto phc = impl_->hasher.hash(password);
    if (!phc) return phc.error();
    const std::scoped_lock lock(impl_->changes);
    auto current = impl_->store.user(user);
    if (!current) return current.error();
    current->password_hash = *phc;
    if (const auto written = impl_->store.update_user(*current); !written) return written.error();
    return impl_->store.revoke_user_tokens(user);
}

Result<store::User> Identity::change_user(const Uuid& user, std::optional<Role> role,
                                          std::optional<bool> disabled) {
    const std::scoped_lock lock(impl_->changes);
    auto changed = impl_->store.user(user);
    if (!changed) return changed.error();
    changed->role = role.value_or(changed->role);
    changed->disabled = disabled.value_or(changed->disabled);
    if (const auto kept = impl_->keeps_an_admin(*changed); !kept) return kept.error();
    if (const auto written = impl_->store.update_user(*changed); !written) return written.error();
    if (changed->disabled)
        if (const auto ended = impl_->store.revoke_user_tokens(user); !ended) return ended.error();
    return *changed;
}

Result<void> Identity::delete_user(const Uuid& user) {
    const std::scoped_lock lock(impl_->changes);
    auto gone = impl_->store.user(user);
    if (!gone) return gone.error();
    gone->disabled = true;
    if (const auto kept = impl_->keeps_an_admin(*gone); !kept) return kept.error();
    return impl_->store.delete_user(user);
}

Result<void> Identity::ensure_demo_admin() {
    const std::string name(demo_name);
    const auto present = impl_->store.user_by_name(name);
    if (present) return {};
    if (present.error().kind != ErrorKind::not_found) return present.error();
    const auto added = impl_->store_user(name, std::string(demo_password), Role::admin);
    // another process may have been faster
    if (!added && added.error().kind != ErrorKind::conflict) return added.error();
    return {};
}

Result<void> Identity::refuse_defaults() {
    if (auto good = check_secret(impl_->options.secret, "secret"); !good) return good;
    if (!impl_->options.previous_secret.empty())
        if (auto good = check_secret(impl_->options.previous_secret, "previous_secret"); !good)
            return good;
    const auto user = impl_->store.user_by_name(std::string(demo_name));
    if (!user && user.error().kind == ErrorKind::not_found) return {};
    if (!user) return user.error();
    if (user->disabled) return {};
    const auto is_default = impl_->hasher.verify(demo_password, user->password_hash);
    if (!is_default) return is_default.error();
    if (*is_default)
        return Error{ErrorKind::invalid,
                     "The user admin still has the demo's password: change it (croquis user "
                     "password admin) or disable the user.",
                     "password"};
    return {};
}

std::string_view to_string(Role role) {
    return role == Role::admin ? "admin" : "annotator";
}

Result<Role> parse_role(std::string_view text) {
    if (text == "annotator") return Role::annotator;
    if (text == "admin") return Role::admin;
    return Error{ErrorKind::invalid, "A role is annotator or admin.", "role"};
}

}  // namespace croquis::identity
