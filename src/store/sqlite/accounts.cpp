#include "store/auditing.h"
#include "store/records.h"
#include "store/sqlite/audit_rows.h"
#include "store/sqlite/store.h"

namespace croquis::store::sqlite {
namespace {

User read_user(const Statement& row) {
    return {row.uuid(0),         row.text(1), row.text(2), role_from(row.text(3)),
            row.integer(4) != 0, row.time(5)};
}

constexpr std::string_view select_user =
    "SELECT id, name, password_hash, role, disabled, created_at FROM account WHERE id = $1";

std::optional<User> find_user(Connection& connection, const Uuid& id) {
    auto row = connection.query(select_user, id);
    if (!row.step()) return std::nullopt;
    return read_user(row);
}

User existing_user(Connection& connection, const Uuid& id) {
    auto user = find_user(connection, id);
    if (!user) throw no_user();
    return std::move(*user);
}

/// Who asks: none is the operator.
std::optional<Author> allow(Connection& connection, const std::optional<Uuid>& by) {
    if (!by) return std::nullopt;
    const auto asking = find_user(connection, *by);
    if (!asking || !is_enabled_admin(*asking)) throw not_an_admin();
    return Author{asking->id, asking->name};
}

/// Nobody else writes until the transaction ends.
void keep_an_admin(Connection& connection, const User& before) {
    if (!is_enabled_admin(before)) return;
    auto others = connection.query(
        "SELECT 1 FROM account WHERE role = 'admin' AND disabled = 0 AND id <> $1", before.id);
    if (!others.step()) throw last_admin();
}

/// Throws unless the account is as it was when its password was checked.
User check_unchanged(Connection& connection, const Uuid& id, const std::string& password_hash) {
    auto user = find_user(connection, id);
    if (!user || user->disabled || user->password_hash != password_hash) throw bad_sign_in();
    return std::move(*user);
}

void write_user(Connection& connection, const User& user) {
    connection.run("UPDATE account SET password_hash = $1, role = $2, disabled = $3 WHERE id = $4",
                   user.password_hash, to_string(user.role), user.disabled, user.id);
}

struct KnownToken {
    RefreshToken token;
    bool used = false;
    std::optional<Timestamp> used_at = {};
};

std::optional<KnownToken> find_token(Connection& connection, const Sha256& digest) {
    auto row = connection.query(
        "SELECT account, family, expires_at, used, used_at FROM refresh_token WHERE digest = $1",
        BytesView(digest));
    if (!row.step()) return std::nullopt;
    KnownToken known{{digest, row.uuid(0), row.uuid(1), row.time(2)}, row.integer(3) != 0};
    if (!row.null(4)) known.used_at = row.time(4);
    return known;
}

void insert_token(Connection& connection, const RefreshToken& token) {
    connection.run(
        "INSERT INTO refresh_token (digest, account, family, expires_at) VALUES ($1, $2, $3, $4)",
        BytesView(token.digest), token.user, token.family, token.expires_at);
}

void end_family(Connection& connection, const Uuid& family) {
    connection.run("DELETE FROM refresh_token WHERE family = $1", family);
}

void end_sign_ins(Connection& connection, const Uuid& account) {
    connection.run("DELETE FROM refresh_token WHERE account = $1", account);
}

/// Ended tokens are kept while they could still be presented, to notice that they are.
void forget_expired(Connection& connection, const Uuid& account, Timestamp at) {
    connection.run("DELETE FROM refresh_token WHERE account = $1 AND expires_at < $2", account,
                   at - expired_tokens_last);
}

std::optional<RefreshToken> rotate(Connection& connection, const Sha256& presented,
                                   const RefreshToken& next, Timestamp at) {
    const auto known = find_token(connection, presented);
    if (!known) return std::nullopt;
    if (known->used && !in_rotation_grace(known->used_at, at)) {
        end_family(connection, known->token.family);
        return std::nullopt;
    }
    if (known->token.expires_at <= at) return std::nullopt;
    if (!known->used)
        connection.run("UPDATE refresh_token SET used = 1, used_at = $1 WHERE digest = $2", at,
                       BytesView(presented));
    const RefreshToken successor{next.digest, known->token.user, known->token.family,
                                 next.expires_at};
    insert_token(connection, successor);
    return successor;
}

}  // namespace

Result<void> SqliteStore::add_user(const User& user, const std::optional<Uuid>& by) {
    return write([&](Connection& connection) {
        const auto asking = allow(connection, by);
        const auto added = connection.run(
            "INSERT INTO account (id, name, password_hash, role, disabled, created_at) "
            "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            user.id, user.name, user.password_hash, to_string(user.role), user.disabled,
            user.created_at);
        if (added == 0) throw name_taken();
        write_down(connection, audit_of_user(AuditAction::user_added, user, asking));
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
    return read([&](Connection& connection) { return existing_user(connection, id); });
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

Result<User> SqliteStore::change_user(const Uuid& id, const AccountChange& change,
                                      const std::optional<Uuid>& by) {
    return write([&](Connection& connection) {
        const auto asking = allow(connection, by);
        const auto before = existing_user(connection, id);
        auto after = changed(before, change);
        if (!is_enabled_admin(after)) keep_an_admin(connection, before);
        write_user(connection, after);
        if (ends_sign_ins(change)) end_sign_ins(connection, id);
        for (const auto& told : audits_of_changed(after, change, asking))
            write_down(connection, told);
        return after;
    });
}

Result<void> SqliteStore::delete_user(const Uuid& id, const std::optional<Uuid>& by) {
    return write([&](Connection& connection) {
        const auto asking = allow(connection, by);
        const auto user = existing_user(connection, id);
        keep_an_admin(connection, user);
        connection.run("DELETE FROM account WHERE id = $1", id);
        write_down(connection, audit_of_user(AuditAction::user_deleted, user, asking));
    });
}

Result<void> SqliteStore::rehash_password(const Uuid& id, const std::string& from,
                                          const std::string& to) {
    return write([&](Connection& connection) {
        connection.run("UPDATE account SET password_hash = $1 WHERE id = $2 AND password_hash = $3",
                       to, id, from);
    });
}

Result<void> SqliteStore::renew_password(const std::string& from, const std::string& to,
                                         const RefreshToken& sign_in) {
    return write([&](Connection& connection) {
        const auto user = check_unchanged(connection, sign_in.user, from);
        connection.run("UPDATE account SET password_hash = $1 WHERE id = $2", to, sign_in.user);
        end_sign_ins(connection, sign_in.user);
        insert_token(connection, sign_in);
        write_down(connection,
                   audit_of_user(AuditAction::password_changed, user, Author{user.id, user.name}));
    });
}

Result<void> SqliteStore::add_refresh_token(const RefreshToken& token,
                                            const std::string& password_hash) {
    return write([&](Connection& connection) {
        check_unchanged(connection, token.user, password_hash);
        forget_expired(connection, token.user, now());
        insert_token(connection, token);
    });
}

Result<RefreshToken> SqliteStore::rotate_refresh_token(const Sha256& presented,
                                                       const RefreshToken& next, Timestamp at) {
    const auto rotated =
        write([&](Connection& connection) { return rotate(connection, presented, next, at); });
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
    return write([&](Connection& connection) { end_sign_ins(connection, user); });
}

Result<User> SqliteStore::signed_in_user(const Uuid& user, const Uuid& family) {
    return read([&](Connection& connection) {
        auto row = connection.query(
            "SELECT id, name, password_hash, role, disabled, created_at FROM account "
            "WHERE id = $1 AND EXISTS "
            "(SELECT 1 FROM refresh_token WHERE family = $2 AND account = $1)",
            user, family);
        if (!row.step()) throw no_user();
        return read_user(row);
    });
}

}  // namespace croquis::store::sqlite
