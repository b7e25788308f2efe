#include "store/sqlite/store.h"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <filesystem>

#include "core/new_file.h"
#include "core/private_files.h"
#include "store/migrations.h"
#include "store/sqlite/schema.h"

namespace croquis::store::sqlite {
namespace {

/// Of the disk: less is called full.
constexpr std::uintmax_t least_room = std::uintmax_t{1024} * 1024;

bool has_schema(Connection& connection) {
    return has_table(connection, "schema_migration");
}

void apply(Connection& connection, const Migration& migration) {
    connection.execute(std::string(migration.sql).c_str());
    connection.run(
        "INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES ($1, $2, $3, "
        "$4)",
        migration.version, migration.name, checksum(migration), now());
}

/// Takes the next step that is missing, in its own transaction; the lock comes first, so that of
/// several processes one takes it and the others then find it taken.
std::optional<std::string> migrate_one(Connection& connection) {
    Transaction transaction(connection);
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migration (version INTEGER PRIMARY KEY, name TEXT NOT "
        "NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT");
    const auto pending = pending_migrations(sqlite_migrations(), applied_migrations(connection));
    if (!pending) throw Failure(pending.error());
    if (pending->empty()) return std::nullopt;
    apply(connection, pending->front());
    transaction.commit();
    return std::string(pending->front().name);
}

/// Copies the database to `path`, which has the whole of it or is not there.
void copy_whole(Connection& connection, const std::string& path) {
    NewFile file(path, NewFile::Readers::owner);
    require(file.make(), "make", file.partial());
    connection.run("VACUUM INTO $1", file.partial().string());
    require(file.keep(), "keep", path);
}

/// SQLite gives the files beside the database its permissions.
std::string own_file(std::string path, const StoreOptions& options) {
    make_private_file(path);
    if (!options.close_to_others) return path;
    for (const char* suffix : {"", "-wal", "-shm"}) {
        const auto file = path + suffix;
        const auto mode = open_to_others(file);
        if (!mode) continue;
        if (close_to_others(file))
            spdlog::warn("{} could be read or changed by others ({}); it is now 0600", file, *mode);
        else
            spdlog::warn("{} can be read or changed by others ({}), and belongs to another user",
                         file, *mode);
    }
    return path;
}

}  // namespace

SqliteStore::SqliteStore(std::string path, const StoreOptions& options, Metrics& metrics)
    : path_(own_file(std::move(path), options)),
      checkpointer_(path_),
      writer_(open_writer()),
      readers_(std::max<std::size_t>(options.readers, 1),
               [this] { return std::make_unique<Connection>(path_, Mode::read_only); }),
      probe_([this] { return try_to_write(); }),
      commits_(1, options, metrics, [this](std::size_t, GroupCommit::Batch& batch) {
          return probe_.watch([&] { return commit(batch); });
      }) {}

std::unique_ptr<Connection> SqliteStore::open_writer() {
    auto opened = std::make_unique<Connection>(path_, Mode::read_write);
    checkpointer_.watch(*opened);
    return opened;
}

/// A connection whose transaction could not even be rolled back is of no more use.
Connection& SqliteStore::writer() {
    if (writer_->broken()) writer_ = open_writer();
    return *writer_;
}

Result<std::vector<std::string>> SqliteStore::migrate() {
    return commits_.run([&] {
        return guarded([&] {
            std::vector<std::string> names;
            while (auto name = migrate_one(writer())) names.push_back(std::move(*name));
            return names;
        });
    });
}

/// On a connection of its own: a reader may not write the copy, and the writer is not to wait for
/// it.
Result<std::optional<std::string>> SqliteStore::back_up_before_migration() {
    return guarded([&]() -> std::optional<std::string> {
        Connection connection(path_, Mode::read_write);
        if (!has_schema(connection)) return std::nullopt;
        const auto applied = applied_migrations(connection);
        const auto pending = pending_migrations(sqlite_migrations(), applied);
        if (!pending) throw Failure(pending.error());
        if (pending->empty() || applied.empty()) return std::nullopt;
        auto path = fmt::format("{}.schema-{}-{}.backup", path_, applied.back().version,
                                now().time_since_epoch().count());
        copy_whole(connection, path);
        return path;
    });
}

Result<int> SqliteStore::schema_version() {
    return read([](Connection& connection) {
        if (!has_schema(connection)) return 0;
        const auto applied = applied_migrations(connection);
        return applied.empty() ? 0 : applied.back().version;
    });
}

Result<void> SqliteStore::ping() {
    return read([](Connection& connection) { connection.query("SELECT 1").step(); });
}

Result<void> SqliteStore::ready() {
    if (const auto reached = ping(); !reached) return reached.error();
    return probe_.check();
}

/// A page of the log for sure, as a rewritten number in the header; what a drawing needs beyond
/// that, the disk must have room for.
Result<void> SqliteStore::try_to_write() {
    return commits_.run([this] {
        return guarded([this] {
            std::error_code unknown;
            const auto folder = std::filesystem::absolute(path_, unknown).parent_path();
            const auto space = std::filesystem::space(folder, unknown);
            if (!unknown && space.available < least_room)
                throw Failure(Fault::disk_full, fmt::format("SQLite: {} bytes are left in {}",
                                                            space.available, folder.string()));
            writer().execute("PRAGMA user_version = 0");
        });
    });
}

void SqliteStore::stop() {
    commits_.stop();
    checkpointer_.stop();
}

}  // namespace croquis::store::sqlite
