#include "identity/identity.h"

#include <algorithm>
#include <set>

#include "core/bytes.h"
#include "core/characters.h"
#include "identity/confirmations.h"
#include "identity/jwt.h"
#include "identity/password.h"
#include "identity/password_rule.h"

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

Error ended_sign_in() {
    return {ErrorKind::unauthenticated,
            "This sign-in has ended, or its account is disabled or gone; sign in again."};
}

Error wrong_refresh() {
    return {ErrorKind::unauthenticated,
            "The refresh token is not valid (any more); sign in again."};
}

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
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

Result<void> check_secret(std::string_view secret, const char* field) {
    if (secret.size() < min_secret_bytes)
        return Error{ErrorKind::invalid,
                     "The secret that signs tokens has at least 32 bytes (openssl rand -base64 "
                     "32).",
                     field};
    const std::set<char> variety(secret.begin(), secret.end());
    const std::string plain = lower_case(secret);
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

SignInTry::SignInTry(SignInLimiter& limiter, std::string name, Origin origin,
                     SignInLimiter::Clock::duration wait)
    : limiter_(&limiter), name_(std::move(name)), origin_(std::move(origin)), wait_(wait) {}

/// By the limiter's key: names are compared without case.
SignInTry::~SignInTry() {
    if (limiter_) limiter_->give_back(lower_case(name_), origin_.client);
}

class Identity::Impl {
  public:
    Impl(store::UserStore& users, IdentityOptions given)
        : store(users),
          options(std::move(given)),
          jwt(options.issuer, options.secret, options.previous_secret),
          hasher(options.hash_operations, options.hash_memory_bytes),
          limiter(options.logins_per_minute),
          confirmations(confirmation_lasts) {}

    Result<store::User> check_sign_in(SignInTry& tried, const std::string& password);
    Result<bool> is_password(const std::string& password, const store::User& user);
    TokenPair pair(const store::User& user, const Uuid& sign_in, std::string refresh_token,
                   Timestamp at) const;
    FreshToken begin(const Uuid& user, Timestamp at) const;
    void keep_hash_current(const store::User& user, const std::string& password);
    Result<std::string> new_hash(const std::string& name, const std::string& password);
    Result<store::User> store_user(const std::string& name, std::string phc, Role role,
                                   const Actor& actor);
    void tell_changes(const store::User& after, const AccountEdit& change, const Actor& actor);

    store::UserStore& store;
    const IdentityOptions options;
    Jwt jwt;
    PasswordHasher hasher;
    SignInLimiter limiter;
    Confirmations confirmations;
};

/// Hashes in every case, so that the time does not tell whether the name exists. The log names
/// accounts alone: what stands in the name's field may be a password.
Result<store::User> Identity::Impl::check_sign_in(SignInTry& tried, const std::string& password) {
    const auto failed = [&](const char* reason, std::string_view user) {
        tried.wrong();
        tell(Event::sign_in_failed, tried.origin(), {{"user", user}, {"reason", reason}});
        return wrong_sign_in();
    };
    const auto user = store.user_by_name(tried.name());
    if (!user && user.error().kind != ErrorKind::not_found) return user.error();
    if (!user) {
        const auto pretended = hasher.pretend(password);
        return pretended ? failed("name", "") : pretended.error();
    }
    const auto right = is_password(password, *user);
    if (!right) return right.error();
    if (!*right) return failed("password", user->name);
    if (user->disabled) return failed("disabled", user->name);
    return *user;
}

/// What cannot be a password is not one, and takes as long.
Result<bool> Identity::Impl::is_password(const std::string& password, const store::User& user) {
    const auto prepared = prepare_password(password);
    if (prepared) return hasher.verify(*prepared, user.password_hash);
    const auto pretended = hasher.pretend(password);
    if (!pretended) return pretended.error();
    return false;
}

TokenPair Identity::Impl::pair(const store::User& user, const Uuid& sign_in,
                               std::string refresh_token, Timestamp at) const {
    Claims claims;
    claims.subject = user.id;
    claims.sign_in = sign_in;
    claims.name = user.name;
    claims.role = user.role;
    claims.issued_at = at;
    claims.expires_at = at + options.access_lifetime;
    claims.id = to_base64url(random_bytes(12));
    return {jwt.sign(claims), options.access_lifetime, std::move(refresh_token),
            options.refresh_lifetime};
}

/// The first token of a sign-in.
FreshToken Identity::Impl::begin(const Uuid& user, Timestamp at) const {
    FreshToken token = fresh_token(at + options.refresh_lifetime);
    token.stored.user = user;
    token.stored.family = Uuid::v7();
    return token;
}

/// Where the costs were raised since the password was set, hashes it again. That this fails is no
/// reason to refuse a sign-in: the next one tries again.
void Identity::Impl::keep_hash_current(const store::User& user, const std::string& password) {
    if (!hasher.outdated(user.password_hash)) return;
    const auto prepared = prepare_password(password);
    if (!prepared) return;
    const auto phc = hasher.hash(*prepared);
    if (!phc) return;
    static_cast<void>(store.rehash_password(user.id, user.password_hash, *phc));
}

Result<std::string> Identity::Impl::new_hash(const std::string& name, const std::string& password) {
    const auto prepared = prepare_password(password);
    if (!prepared) return prepared.error();
    if (const auto strong = check_new_password(name, *prepared); !strong) return strong.error();
    return hasher.hash(*prepared);
}

Result<store::User> Identity::Impl::store_user(const std::string& name, std::string phc, Role role,
                                               const Actor& actor) {
    const store::User user{Uuid::v7(), name, std::move(phc), role, false, now()};
    if (const auto added = store.add_user(user, actor.user); !added) {
        Error error = added.error();
        if (error.kind == ErrorKind::conflict) error.field = "name";
        return error;
    }
    tell(Event::account_added, actor.origin,
         {{"by", actor.name}, {"user", user.name}, {"role", to_string(role)}});
    return user;
}

void Identity::Impl::tell_changes(const store::User& after, const AccountEdit& change,
                                  const Actor& actor) {
    if (change.role || change.disabled)
        tell(Event::account_changed, actor.origin,
             {{"by", actor.name},
              {"user", after.name},
              {"role", to_string(after.role)},
              {"disabled", after.disabled ? "yes" : "no"}});
    if (change.password)
        tell(Event::password_changed, actor.origin, {{"by", actor.name}, {"user", after.name}});
}

Identity::Identity(store::UserStore& store, IdentityOptions options)
    : impl_(std::make_unique<Impl>(store, std::move(options))) {}
Identity::~Identity() = default;

Result<SignInTry> Identity::begin_sign_in(const std::string& name, const Origin& origin) {
    if (!check_name(name)) {
        tell(Event::sign_in_failed, origin, {{"user", ""}, {"reason", "name"}});
        return wrong_sign_in();
    }
    const auto wait = impl_->limiter.take(lower_case(name), origin.client);
    if (!wait) {
        tell(Event::sign_in_limited, origin, {});
        return wait.error();
    }
    return SignInTry(impl_->limiter, name, origin, *wait);
}

Result<TokenPair> Identity::sign_in(SignInTry tried, const std::string& password) {
    if (password.size() > PasswordHasher::max_password_bytes) {
        tried.wrong();
        tell(Event::sign_in_failed, tried.origin(), {{"user", ""}, {"reason", "password"}});
        return wrong_sign_in();
    }
    const auto user = impl_->check_sign_in(tried, password);
    if (!user) return user.error();
    const Timestamp at = now();
    FreshToken token = impl_->begin(user->id, at);
    const auto begun = impl_->store.add_refresh_token(token.stored, user->password_hash);
    if (!begun) return begun.error();
    impl_->keep_hash_current(*user, password);
    tell(Event::sign_in, tried.origin(), {{"user", user->name}, {"role", to_string(user->role)}});
    return impl_->pair(*user, token.stored.family, std::move(token.text), at);
}

Result<TokenPair> Identity::refresh(const std::string& refresh_token, const Origin& origin) {
    const auto refused = [&] {
        tell(Event::refresh_refused, origin, {});
        return wrong_refresh();
    };
    if (refresh_token.size() > max_refresh_token_text) return refused();
    const Timestamp at = now();
    FreshToken next = fresh_token(at + impl_->options.refresh_lifetime);
    const auto rotated =
        impl_->store.rotate_refresh_token(sha256(as_bytes(refresh_token)), next.stored, at);
    if (!rotated)
        return rotated.error().kind == ErrorKind::unauthenticated ? refused() : rotated.error();
    const auto user = impl_->store.user(rotated->user);
    if (!user) return user.error().kind == ErrorKind::not_found ? refused() : user.error();
    if (user->disabled) {
        const auto revoked = impl_->store.revoke_user_tokens(user->id);
        return revoked ? refused() : revoked.error();
    }
    return impl_->pair(*user, rotated->family, std::move(next.text), at);
}

Result<void> Identity::sign_out(const std::string& refresh_token, const Origin& origin) {
    const auto ended = impl_->store.revoke_refresh_token(sha256(as_bytes(refresh_token)));
    if (!ended) return ended.error();
    impl_->confirmations.forget();
    tell(Event::sign_out, origin, {});
    return {};
}

Result<Principal> Identity::authenticate(std::string_view access_token, Timestamp at) const {
    auto claims = impl_->jwt.check(access_token, at);
    if (!claims) return claims.error();
    return Principal{claims->subject, std::move(claims->name), claims->role, claims->sign_in};
}

Result<Principal> Identity::confirm(const Principal& claimed) {
    const auto asked_at = std::chrono::steady_clock::now();
    const auto round = impl_->confirmations.round();
    const auto user = claimed.sign_in ? impl_->store.signed_in_user(claimed.user, *claimed.sign_in)
                                      : impl_->store.user(claimed.user);
    if (!user && user.error().kind != ErrorKind::not_found) return user.error();
    if (!user || user->disabled) return ended_sign_in();
    Principal present{user->id, user->name, user->role, claimed.sign_in};
    impl_->confirmations.keep(present, asked_at, round);
    return present;
}

std::optional<Principal> Identity::lately_confirmed(const Principal& claimed,
                                                    std::chrono::steady_clock::time_point at) {
    return impl_->confirmations.find(claimed, at);
}

Result<store::User> Identity::add_user(const std::string& name, const std::string& password,
                                       Role role, const Actor& actor) {
    if (const auto valid = check_name(name); !valid) return valid.error();
    auto phc = impl_->new_hash(name, password);
    if (!phc) return phc.error();
    return impl_->store_user(name, std::move(*phc), role, actor);
}

Result<store::User> Identity::change_user(const Uuid& user, const AccountEdit& change,
                                          const Actor& actor) {
    store::AccountChange stored{{}, change.role, change.disabled};
    if (change.password) {
        const auto named = impl_->store.user(user);
        if (!named) return named.error();
        auto phc = impl_->new_hash(named->name, *change.password);
        if (!phc) return phc.error();
        stored.password_hash = std::move(*phc);
    }
    auto changed = impl_->store.change_user(user, stored, actor.user);
    if (!changed) return changed.error();
    impl_->confirmations.forget();
    impl_->tell_changes(*changed, change, actor);
    return changed;
}

Result<std::vector<store::User>> Identity::users() {
    return impl_->store.users();
}

Result<void> Identity::delete_user(const Uuid& user, const Actor& actor) {
    const auto named = impl_->store.user(user);
    if (!named) return named.error();
    if (const auto gone = impl_->store.delete_user(user, actor.user); !gone) return gone.error();
    impl_->confirmations.forget();
    tell(Event::account_removed, actor.origin, {{"by", actor.name}, {"user", named->name}});
    return {};
}

Result<TokenPair> Identity::change_own_password(SignInTry tried, const Principal& who,
                                                const std::string& present,
                                                const std::string& fresh) {
    auto user = impl_->store.user(who.user);
    if (!user && user.error().kind == ErrorKind::not_found) return ended_sign_in();
    if (!user) return user.error();
    const auto right = present.size() > PasswordHasher::max_password_bytes
                           ? Result<bool>(false)
                           : impl_->is_password(present, *user);
    if (!right) return right.error();
    if (!*right) {
        tried.wrong();
        tell(Event::password_change_failed, tried.origin(), {{"user", user->name}});
        return Error{ErrorKind::invalid, "This is not the present password.", "present_password", 0,
                     "wrong_password"};
    }
    const auto phc = impl_->new_hash(user->name, fresh);
    if (!phc) return phc.error();
    const Timestamp at = now();
    FreshToken token = impl_->begin(user->id, at);
    const auto renewed = impl_->store.renew_password(user->password_hash, *phc, token.stored);
    if (!renewed) return renewed.error();
    impl_->confirmations.forget();
    tell(Event::password_changed, tried.origin(), {{"by", user->name}, {"user", user->name}});
    return impl_->pair(*user, token.stored.family, std::move(token.text), at);
}

void Identity::tell_keys() const {
    const auto ids = impl_->jwt.key_ids();
    tell(Event::keys_in_use, {},
         {{"signing", ids.front()}, {"previous", ids.size() > 1 ? ids[1] : ""}});
}

Result<void> Identity::ensure_demo_admin() {
    const std::string name(demo_name);
    const auto present = impl_->store.user_by_name(name);
    if (present) return {};
    if (present.error().kind != ErrorKind::not_found) return present.error();
    auto phc = impl_->hasher.hash(demo_password);
    if (!phc) return phc.error();
    const auto added = impl_->store_user(name, std::move(*phc), Role::admin, {});
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

}  // namespace croquis::identity
