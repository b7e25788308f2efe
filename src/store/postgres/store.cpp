#include "store/postgres/store.h"

#include <algorithm>

#include "store/migrations.h"
#include "store/postgres/schema.h"

namespace croquis::store::postgres {
namespace {

/// Any number, as long as nobody else locks it: "croquis" in ASCII.
constexpr std::int64_t migration_lock = 0x63726f71756973;

/// At most, with the wait for another process that migrates: an index of a billion rows.
constexpr auto migration_takes = std::chrono::hours(12);

/// In pages that are given back at the commit, so that each time the disk must have room anew.
constexpr const char* write_a_little =
    "BEGIN;"
    "CREATE TEMP TABLE IF NOT EXISTS croquis_write_probe (filler text) ON COMMIT DELETE ROWS;"
    "INSERT INTO pg_temp.croquis_write_probe "
    "SELECT repeat('x', 1000) FROM generate_series(1, 64);"
    "COMMIT";

void apply(Connection& connection, const Migration& migration) {
    connection.execute(std::string(migration.sql));
    connection.query("INSERT INTO schema_migration (version, name, checksum) VALUES ($1, $2, $3)",
                     migration.version, migration.name, checksum(migration));
}

/// Takes the next step that is missing, in its own transaction; the lock comes first, so that of
/// several processes one takes it and the others then find it taken.
std::optional<std::string> migrate_one(Connection& connection) {
    const Connection::Patience patience(connection, migration_takes);
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
      connections_(std::max<std::size_t>(options.readers, 1), [this] { return open_connection(); }),
      writers_(std::max<std::size_t>(options.writers, 1)),
      probe_([this] { return try_to_write(); }),
      commits_(writers_.size(), options, metrics,
               [this](std::size_t writer, GroupCommit::Batch& batch) {
                   return probe_.watch([&] { return commit(writer, batch); });
               }) {
    connections_.lend();
}

std::unique_ptr<Connection> PostgresStore::open_connection() {
    return std::make_unique<Connection>(settings_, breaker_);
}

/// Connections that were open when the server fell silent are not the ones to try it again with.
void PostgresStore::let_through() {
    switch (breaker_.turn()) {
        case Breaker::Turn::go:
            return;
        case Breaker::Turn::refused:
            throw ServerFailure(Fault::silent, "PostgreSQL: no answer a moment ago.");
        case Breaker::Turn::retry:
            connections_.clear();
    }
}

PostgresStore::Pool::Lease PostgresStore::lend() {
    let_through();
    return connections_.lend();
}

Connection& PostgresStore::writer(std::size_t number) {
    auto& connection = writers_[number];
    let_through();
    if (connection && (connection->broken() || connection->gone())) connection.reset();
    if (!connection) connection = open_connection();
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

Result<void> PostgresStore::ready() {
    if (const auto reached = ping(); !reached) return reached.error();
    return probe_.check();
}

Result<void> PostgresStore::try_to_write() {
    return with_connection([](Connection& connection) {
        const auto state = connection.query(
            "SELECT pg_is_in_recovery(), current_setting('transaction_read_only')::boolean");
        if (state.flag(0, 0)) throw Failure(Fault::read_only, "PostgreSQL: this is a standby.");
        if (state.flag(0, 1)) throw Failure(Fault::read_only, "PostgreSQL: it is set read-only.");
        try {
            connection.execute(write_a_little);
        } catch (const ServerFailure& failure) {
            // Who may write drawings need not be allowed temporary tables.
            if (failure.fault() != Fault::not_allowed) throw;
            spdlog::debug("store: {}", failure.what());
        }
    });
}

void PostgresStore::stop() {
    commits_.stop();
}

}  // namespace croquis::store::postgres
