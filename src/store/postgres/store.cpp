#include "store/postgres/store.h"

#include <algorithm>

#include "store/migrations.h"

namespace croquis::store::postgres {
namespace {

/// Any number, as long as nobody else locks it: "croquis" in ASCII.
constexpr std::int64_t migration_lock = 0x63726f71756973;

bool has_schema(Connection& connection) {
    return !connection.query("SELECT to_regclass('schema_migration')").null(0, 0);
}

std::vector<AppliedMigration> applied_migrations(Connection& connection) {
    const auto rows =
        connection.query("SELECT version, checksum FROM schema_migration ORDER BY version");
    std::vector<AppliedMigration> applied;
    applied.reserve(static_cast<std::size_t>(rows.count()));
    for (int row = 0; row < rows.count(); ++row)
        applied.push_back({rows.small(row, 0), std::string(rows.text(row, 1))});
    return applied;
}

void apply(Connection& connection, const Migration& migration) {
    connection.execute(std::string(migration.sql));
    connection.query("INSERT INTO schema_migration (version, name, checksum) VALUES ($1, $2, $3)",
                     migration.version, migration.name, checksum(migration));
}

/// Takes the next step that is missing, in its own transaction; the lock comes first, so that of
/// several processes one takes it and the others then find it taken.
std::optional<std::string> migrate_one(Connection& connection) {
    Transaction transaction(connection);
    connection.query("SELECT pg_advisory_xact_lock($1)", migration_lock);
    if (!has_schema(connection))
        connection.execute(
            "CREATE TABLE schema_migration (version integer PRIMARY KEY, name text NOT NULL, "
            "checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())");
    const auto pending = pending_migrations(postgres_migrations(), applied_migrations(connection));
    if (!pending) throw Failure(pending.error());
    if (pending->empty()) return std::nullopt;
    apply(connection, pending->front());
    transaction.commit();
    return std::string(pending->front().name);
}

}  // namespace

PostgresStore::PostgresStore(const std::string& url, const StoreOptions& options, Metrics& metrics)
    : settings_(settings_of(url)),
      connections_(std::max<std::size_t>(options.readers, 1),
                   [this] { return std::make_unique<Connection>(settings_); }),
      writers_(std::max<std::size_t>(options.writers, 1)),
      commits_(
          writers_.size(), options, metrics,
          [this](std::size_t writer, GroupCommit::Batch& batch) { return commit(writer, batch); }) {
    connections_.lend();
}

Connection& PostgresStore::writer(std::size_t number) {
    auto& connection = writers_[number];
    if (connection && (connection->broken() || connection->gone())) connection.reset();
    if (!connection) connection = std::make_unique<Connection>(settings_);
    return *connection;
}

Result<std::vector<std::string>> PostgresStore::migrate() {
    return with_connection([](Connection& connection) {
        std::vector<std::string> names;
        while (auto name = migrate_one(connection)) names.push_back(std::move(*name));
        return names;
    });
}

Result<std::optional<std::string>> PostgresStore::back_up_before_migration() {
    return std::optional<std::string>();
}

Result<int> PostgresStore::schema_version() {
    return with_connection([](Connection& connection) {
        if (!has_schema(connection)) return 0;
        const auto applied = applied_migrations(connection);
        return applied.empty() ? 0 : applied.back().version;
    });
}

Result<void> PostgresStore::ping() {
    return with_connection([](Connection& connection) { connection.query("SELECT 1"); });
}

void PostgresStore::stop() {
    commits_.stop();
}

}  // namespace croquis::store::postgres
