#include "store/records.h"
#include "store/sqlite/store.h"

namespace croquis::store::sqlite {
namespace {

User read_user(const Statement& row) {
    return {row.uuid(0),         row.text(1), row.text(2), role_from(row.text(3)),
            row.integer(4) != 0, row.time(5)};
}

struct KnownToken {
    RefreshToken token;
    bool used = false;
};

std::optional<KnownToken> find_token(Connection& connection, const Sha256& digest) {
    auto row = connection.query(
        "SELECT account, family, expires_at, used FROM refresh_token WHERE digest = $1",
        BytesView(digest));
    if (!row.step()) return std::nullopt;
    return KnownToken{{digest, row.uuid(0), row.uuid(1), row.time(2)}, row.integer(3) != 0};
}

void insert_token(Connection& connection, const RefreshToken& token) {
    connection.run(
        "INSERT INTO refresh_token (digest, account, family, expires_at) VALUES ($1, $2, $3, $4)",
        BytesView(token.digest), token.user, token.family, token.expires_at);
}

void end_family(Connection& connection, const Uuid& family) {
    connection.run("DELETE FROM refresh_token WHERE family = $1", family);
}

/// Ended tokens are kept while they could still be presented, to notice that they are.
void forget_expired(Connection& connection, const Uuid& account, Timestamp at) {
    connection.run("DELETE FROM refresh_token WHERE account = $1 AND expires_at < $2", account,
                   at - expired_tokens_last);
}

}  // namespace

Result<void> SqliteStore::add_user(const User& user) {
    return write([&](Connection& connection) {
        const auto added = connection.run(
            "INSERT INTO account (id, name, password_hash, role, disabled, created_at) "
            "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            user.id, user.name, user.password_hash, to_string(user.role), user.disabled,
            user.created_at);
        if (added == 0) throw name_taken();
    });
}

Result<User> SqliteStore::user_by_name(const std::string& name) {
    return read([&](Connection& connection) {
        auto row = connection.query(
            "SELECT id, name, password_hash, role, disabled, created_at FROM account "
            "WHERE name = $1",
            name);
        if (!row.step()) throw no_user();
        return read_user(row);
    });
}

Result<User> SqliteStore::user(const Uuid& id) {
    return read([&](Connection& connection) {
        auto row = connection.query(
            "SELECT id, name, password_hash, role, disabled, created_at FROM account WHERE id = $1",
            id);
        if (!row.step()) throw no_user();
        return read_user(row);
    });
}

Result<std::vector<User>> SqliteStore::users() {
    return read([&](Connection& connection) {
        auto rows = connection.query(
            "SELECT id, name, password_hash, role, disabled, created_at FROM account "
            "ORDER BY name");
        std::vector<User> users;
        while (rows.step()) users.push_back(read_user(rows));
        return users;
    });
}

Result<void> SqliteStore::update_user(const User& user) {
    return write([&](Connection& connection) {
        const auto changed = connection.run(
            "UPDATE account SET password_hash = $1, role = $2, disabled = $3 WHERE id = $4",
            user.password_hash, to_string(user.role), user.disabled, user.id);
        if (changed == 0) throw no_user();
    });
}

Result<void> SqliteStore::delete_user(const Uuid& id) {
    return write([&](Connection& connection) {
        if (connection.run("DELETE FROM account WHERE id = $1", id) == 0) throw no_user();
    });
}

Result<void> SqliteStore::add_refresh_token(const RefreshToken& token) {
    return write([&](Connection& connection) {
        forget_expired(connection, token.user, now());
        insert_token(connection, token);
    });
}

Result<RefreshToken> SqliteStore::rotate_refresh_token(const Sha256& presented,
                                                       const RefreshToken& next, Timestamp at) {
    const auto rotated = write([&](Connection& connection) -> std::optional<RefreshToken> {
        const auto known = find_token(connection, presented);
        if (!known) return std::nullopt;
        if (known->used) end_family(connection, known->token.family);
        if (known->used || known->token.expires_at <= at) return std::nullopt;
        connection.run("UPDATE refresh_token SET used = 1 WHERE digest = $1", BytesView(presented));
        const RefreshToken successor{next.digest, known->token.user, known->token.family,
                                     next.expires_at};
        insert_token(connection, successor);
        return successor;
    });
    if (!rotated) return rotated.error();
    if (!*rotated) return bad_refresh_token();
    return **rotated;
}

Result<void> SqliteStore::revoke_refresh_token(const Sha256& presented) {
    return write([&](Connection& connection) {
        if (const auto known = find_token(connection, presented))
            end_family(connection, known->token.family);
    });
}

Result<void> SqliteStore::revoke_user_tokens(const Uuid& user) {
    return write([&](Connection& connection) {
        connection.run("DELETE FROM refresh_token WHERE account = $1", user);
    });
}

}  // namespace croquis::store::sqlite
