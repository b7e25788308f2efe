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

struct KnownToken {
    RefreshToken token;
    bool used = false;
};

std::optional<KnownToken> find_token(Connection& connection, const Sha256& digest) {
    const auto rows = connection.query(
        "SELECT account, family, expires_at, used FROM refresh_token WHERE digest = $1", digest);
    if (rows.empty()) return std::nullopt;
    return KnownToken{{digest, rows.uuid(0, 0), rows.uuid(0, 1), rows.time(0, 2)}, rows.flag(0, 3)};
}

/// What happens to one user's tokens happens in turn: otherwise a family could be ended while a new
/// member, not seen yet, joins it.
void lock_account(Connection& connection, const Uuid& account) {
    connection.query("SELECT 1 FROM account WHERE id = $1 FOR UPDATE", account);
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
    if (known->used) end_family(connection, known->token.family);
    if (known->used || known->token.expires_at <= at) return std::nullopt;
    connection.query("UPDATE refresh_token SET used = true WHERE digest = $1", presented);
    const RefreshToken successor{next.digest, known->token.user, known->token.family,
                                 next.expires_at};
    insert_token(connection, successor);
    return successor;
}

}  // namespace

Result<void> PostgresStore::add_user(const User& user) {
    return with_connection([&](Connection& connection) {
        const auto added = connection.query(
            "INSERT INTO account (id, name, password_hash, role, disabled, created_at) "
            "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            user.id, user.name, user.password_hash, to_string(user.role), user.disabled,
            user.created_at);
        if (added.affected() == 0) throw name_taken();
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
    return with_connection([&](Connection& connection) {
        return only_user(connection.query(
            "SELECT id, name, password_hash, role, disabled, created_at FROM account WHERE id = $1",
            id));
    });
}

Result<std::vector<User>> PostgresStore::users() {
    return with_connection([](Connection& connection) {
        const auto rows = connection.query(
            "SELECT id, name, password_hash, role, disabled, created_at FROM account "
            "ORDER BY lower(name)");
        std::vector<User> users;
        users.reserve(static_cast<std::size_t>(rows.count()));
        for (int row = 0; row < rows.count(); ++row) users.push_back(read_user(rows, row));
        return users;
    });
}

Result<void> PostgresStore::update_user(const User& user) {
    return with_connection([&](Connection& connection) {
        const auto changed = connection.query(
            "UPDATE account SET password_hash = $1, role = $2, disabled = $3 WHERE id = $4",
            user.password_hash, to_string(user.role), user.disabled, user.id);
        if (changed.affected() == 0) throw no_user();
    });
}

Result<void> PostgresStore::delete_user(const Uuid& id) {
    return with_connection([&](Connection& connection) {
        if (connection.query("DELETE FROM account WHERE id = $1", id).affected() == 0)
            throw no_user();
    });
}

Result<void> PostgresStore::add_refresh_token(const RefreshToken& token) {
    return in_transaction([&](Connection& connection) {
        lock_account(connection, token.user);
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
        connection.query("DELETE FROM refresh_token WHERE account = $1", user);
    });
}

}  // namespace croquis::store::postgres
