#include "store/auditing.h"
#include "store/postgres/audit_rows.h"
#include "store/postgres/rows.h"
#include "store/postgres/store.h"
#include "store/records.h"

namespace croquis::store::postgres {
namespace {

User read_user(const Rows& rows, int row) {
    return {rows.uuid(row, 0),
            std::string(rows.text(row, 1)),
            std::string(rows.text(row, 2)),
            role_from(rows.text(row, 3)),
            rows.flag(row, 4),
            rows.time(row, 5)};
}

User only_user(const Rows& rows) {
    if (rows.empty()) throw no_user();
    return read_user(rows, 0);
}

constexpr std::string_view select_user =
    "SELECT id, name, password_hash, role, disabled, created_at FROM account WHERE id = $1";

/// Any number, as long as nobody else locks it: "croquit" in ASCII.
constexpr std::int64_t accounts_lock = 0x63726f71756974;

/// Changes of accounts take turns until their transactions end, in every process: otherwise two
/// could each see the other's admin and both go. They are rare, and their transactions short.
void lock_accounts(Connection& connection) {
    connection.query("SELECT pg_advisory_xact_lock($1)", accounts_lock);
}

/// What happens to one user's tokens happens in turn: otherwise a family could be ended while a new
/// member, not seen yet, joins it. Returns the account as it is then.
std::optional<User> lock_account(Connection& connection, const Uuid& account) {
    const auto rows = connection.query(std::string(select_user) + " FOR UPDATE", account);
    if (rows.empty()) return std::nullopt;
    return read_user(rows, 0);
}

User locked_user(Connection& connection, const Uuid& id) {
    auto user = lock_account(connection, id);
    if (!user) throw no_user();
    return std::move(*user);
}

/// Who asks: none is the operator. Call with the accounts locked.
std::optional<Author> allow(Connection& connection, const std::optional<Uuid>& by) {
    if (!by) return std::nullopt;
    const auto rows = connection.query(select_user, *by);
    if (rows.empty() || !is_enabled_admin(read_user(rows, 0))) throw not_an_admin();
    const auto asking = read_user(rows, 0);
    return Author{asking.id, asking.name};
}

/// Call with the accounts locked.
void keep_an_admin(Connection& connection, const User& before) {
    if (!is_enabled_admin(before)) return;
    const auto others = connection.query(
        "SELECT 1 FROM account WHERE role = 'admin' AND NOT disabled AND id <> $1 LIMIT 1",
        before.id);
    if (others.empty()) throw last_admin();
}

/// Throws unless the account is as it was when its password was checked. Locks it.
User check_unchanged(Connection& connection, const Uuid& id, const std::string& password_hash) {
    auto user = lock_account(connection, id);
    if (!user || user->disabled || user->password_hash != password_hash) throw bad_sign_in();
    return std::move(*user);
}

struct KnownToken {
    RefreshToken token;
    bool used = false;
    std::optional<Timestamp> used_at = {};
};

std::optional<KnownToken> find_token(Connection& connection, const Sha256& digest) {
    const auto rows = connection.query(
        "SELECT account, family, expires_at, used, used_at FROM refresh_token WHERE digest = $1",
        digest);
    if (rows.empty()) return std::nullopt;
    KnownToken known{{digest, rows.uuid(0, 0), rows.uuid(0, 1), rows.time(0, 2)}, rows.flag(0, 3)};
    if (!rows.null(0, 4)) known.used_at = rows.time(0, 4);
    return known;
}

void lock_account_of(Connection& connection, const Sha256& token) {
    connection.query(
        "SELECT 1 FROM account WHERE id = (SELECT account FROM refresh_token WHERE digest = $1) "
        "FOR UPDATE",
        token);
}

void insert_token(Connection& connection, const RefreshToken& token) {
    connection.query(
        "INSERT INTO refresh_token (digest, account, family, expires_at) VALUES ($1, $2, $3, $4)",
        token.digest, token.user, token.family, token.expires_at);
}

void end_family(Connection& connection, const Uuid& family) {
    connection.query("DELETE FROM refresh_token WHERE family = $1", family);
}

void end_sign_ins(Connection& connection, const Uuid& account) {
    connection.query("DELETE FROM refresh_token WHERE account = $1", account);
}

/// Ended tokens are kept while they could still be presented, to notice that they are.
void forget_expired(Connection& connection, const Uuid& account, Timestamp at) {
    connection.query("DELETE FROM refresh_token WHERE account = $1 AND expires_at < $2", account,
                     at - expired_tokens_last);
}

std::optional<RefreshToken> rotate(Connection& connection, const Sha256& presented,
                                   const RefreshToken& next, Timestamp at) {
    lock_account_of(connection, presented);
    const auto known = find_token(connection, presented);
    if (!known) return std::nullopt;
    if (known->used && !in_rotation_grace(known->used_at, at)) {
        end_family(connection, known->token.family);
        return std::nullopt;
    }
    if (known->token.expires_at <= at) return std::nullopt;
    if (!known->used)
        connection.query("UPDATE refresh_token SET used = true, used_at = $1 WHERE digest = $2", at,
                         presented);
    const RefreshToken successor{next.digest, known->token.user, known->token.family,
                                 next.expires_at};
    insert_token(connection, successor);
    return successor;
}

}  // namespace

Result<void> PostgresStore::add_user(const User& user, const std::optional<Uuid>& by) {
    return in_transaction([&](Connection& connection) {
        lock_accounts(connection);
        const auto asking = allow(connection, by);
        const auto added = connection.query(
            "INSERT INTO account (id, name, password_hash, role, disabled, created_at) "
            "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            user.id, user.name, user.password_hash, to_string(user.role), user.disabled,
            user.created_at);
        if (added.affected() == 0) throw name_taken();
        write_down(connection, audit_of_user(AuditAction::user_added, user, asking));
    });
}

Result<User> PostgresStore::user_by_name(const std::string& name) {
    return with_connection([&](Connection& connection) {
        return only_user(connection.query(
            "SELECT id, name, password_hash, role, disabled, created_at FROM account "
            "WHERE lower(name) = lower($1 COLLATE \"C\")",
            name));
    });
}

Result<User> PostgresStore::user(const Uuid& id) {
    return with_connection(
        [&](Connection& connection) { return only_user(connection.query(select_user, id)); });
}

Result<std::vector<User>> PostgresStore::users() {
    return with_connection([](Connection& connection) {
        const auto rows = connection.query(
            "SELECT id, name, password_hash, role, disabled, created_at FROM account "
            "ORDER BY lower(name)");
        return read_all(rows, read_user);
    });
}

Result<User> PostgresStore::change_user(const Uuid& id, const AccountChange& change,
                                        const std::optional<Uuid>& by) {
    return in_transaction([&](Connection& connection) {
        lock_accounts(connection);
        const auto asking = allow(connection, by);
        const auto before = locked_user(connection, id);
        auto after = changed(before, change);
        if (!is_enabled_admin(after)) keep_an_admin(connection, before);
        connection.query(
            "UPDATE account SET password_hash = $1, role = $2, disabled = $3 WHERE id = $4",
            after.password_hash, to_string(after.role), after.disabled, id);
        if (ends_sign_ins(change)) end_sign_ins(connection, id);
        for (const auto& told : audits_of_changed(after, change, asking))
            write_down(connection, told);
        return after;
    });
}

Result<void> PostgresStore::delete_user(const Uuid& id, const std::optional<Uuid>& by) {
    return in_transaction([&](Connection& connection) {
        lock_accounts(connection);
        const auto asking = allow(connection, by);
        const auto user = locked_user(connection, id);
        keep_an_admin(connection, user);
        connection.query("DELETE FROM account WHERE id = $1", id);
        write_down(connection, audit_of_user(AuditAction::user_deleted, user, asking));
    });
}

Result<void> PostgresStore::rehash_password(const Uuid& id, const std::string& from,
                                            const std::string& to) {
    return with_connection([&](Connection& connection) {
        connection.query(
            "UPDATE account SET password_hash = $1 WHERE id = $2 AND password_hash = $3", to, id,
            from);
    });
}

Result<void> PostgresStore::renew_password(const std::string& from, const std::string& to,
                                           const RefreshToken& sign_in) {
    return in_transaction([&](Connection& connection) {
        const auto user = check_unchanged(connection, sign_in.user, from);
        connection.query("UPDATE account SET password_hash = $1 WHERE id = $2", to, sign_in.user);
        end_sign_ins(connection, sign_in.user);
        insert_token(connection, sign_in);
        write_down(connection,
                   audit_of_user(AuditAction::password_changed, user, Author{user.id, user.name}));
    });
}

Result<void> PostgresStore::add_refresh_token(const RefreshToken& token,
                                              const std::string& password_hash) {
    return in_transaction([&](Connection& connection) {
        check_unchanged(connection, token.user, password_hash);
        forget_expired(connection, token.user, now());
        insert_token(connection, token);
    });
}

Result<RefreshToken> PostgresStore::rotate_refresh_token(const Sha256& presented,
                                                         const RefreshToken& next, Timestamp at) {
    const auto rotated = in_transaction(
        [&](Connection& connection) { return rotate(connection, presented, next, at); });
    if (!rotated) return rotated.error();
    if (!*rotated) return bad_refresh_token();
    return **rotated;
}

Result<void> PostgresStore::revoke_refresh_token(const Sha256& presented) {
    return in_transaction([&](Connection& connection) {
        lock_account_of(connection, presented);
        if (const auto known = find_token(connection, presented))
            end_family(connection, known->token.family);
    });
}

Result<void> PostgresStore::revoke_user_tokens(const Uuid& user) {
    return in_transaction([&](Connection& connection) {
        lock_account(connection, user);
        end_sign_ins(connection, user);
    });
}

Result<User> PostgresStore::signed_in_user(const Uuid& user, const Uuid& family) {
    return with_connection([&](Connection& connection) {
        return only_user(connection.query(
            "SELECT id, name, password_hash, role, disabled, created_at FROM account "
            "WHERE id = $1 AND EXISTS "
            "(SELECT 1 FROM refresh_token WHERE family = $2 AND account = $1)",
            user, family));
    });
}

}  // namespace croquis::store::postgres
