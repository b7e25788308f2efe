#include "store/sqlite/backup.h"

#include <spdlog/fmt/fmt.h>

#include "core/private_files.h"
#include "store/backup_parts.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/schema.h"

namespace croquis::store::sqlite {
namespace {

std::vector<std::string> tables(Connection& connection) {
    auto rows = connection.query(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    std::vector<std::string> names;
    while (rows.step()) names.push_back(rows.text(0));
    return names;
}

std::map<std::string, std::int64_t> count_rows(Connection& connection) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& table : tables(connection)) {
        auto row = connection.query(fmt::format("SELECT count(*) FROM \"{}\"", table));
        if (row.step()) counts[table] = row.integer(0);
    }
    return counts;
}

BackupContents contents_of(Connection& connection) {
    BackupContents contents;
    contents.schema = checked_schema(sqlite_migrations(), applied_migrations(connection));
    contents.rows = count_rows(connection);
    return contents;
}

void check_integrity(Connection& connection) {
    auto row = connection.query("PRAGMA integrity_check(1)");
    const auto said = row.step() ? row.text(0) : std::string();
    if (said != "ok") throw damaged_backup("The backup is damaged: " + said);
}

auto shown_as(const char* doing, const ShowProgress& show) {
    return [doing, &show](std::uint64_t done, std::uint64_t all) { show(doing, done, all); };
}

/// What SQLite throws at a file that is in use.
template <class Work>
auto alone(const Work& work) {
    try {
        return work();
    } catch (const Failure& failure) {
        if (failure.fault() == Fault::busy) throw in_use();
        throw;
    }
}

/// Leaves one file, without a log beside it.
void finish(Connection& copy) {
    copy.execute("PRAGMA journal_mode = DELETE");
    for (const char* table : not_backed_up)
        if (has_table(copy, table)) copy.execute(fmt::format("DELETE FROM {}", table).c_str());
}

}  // namespace

BackupContents write_backup(const std::string& path, const std::filesystem::path& partial,
                            const ShowProgress& show) {
    if (!std::filesystem::exists(path)) throw no_store();
    Connection source(path, Mode::read_only);
    if (!has_table(source, "schema_migration")) throw no_store();
    // What follows sees the database as it is now, whatever is written meanwhile.
    source.execute("BEGIN");
    auto contents = contents_of(source);
    Connection copy(partial.string(), Mode::alone);
    copy.copy_from(source, shown_as("copy", show));
    source.execute("COMMIT");
    finish(copy);
    for (const char* table : not_backed_up)
        if (contents.rows.contains(table)) contents.rows[table] = 0;
    return contents;
}

BackupContents read_backup(const std::filesystem::path& file, const ShowProgress& show) {
    Connection connection(file.string(), Mode::read_only);
    show("check", 0, 2);
    check_integrity(connection);
    show("check", 1, 2);
    if (!has_table(connection, "schema_migration"))
        throw Failure(ErrorKind::invalid, "This is a database of SQLite, but no backup of Croquis.",
                      "FILE");
    auto contents = contents_of(connection);
    show("check", 2, 2);
    return contents;
}

void restore_backup(const std::string& path, const std::filesystem::path& file,
                    const BackupContents& contents, bool replace, const ShowProgress& show) {
    std::error_code same;
    if (std::filesystem::equivalent(path, file, same))
        throw Failure(ErrorKind::invalid, "The backup is the store itself.", "FILE");
    make_private_file(path);
    Connection source(file.string(), Mode::read_only);
    alone([&] {
        Connection target(path, Mode::alone);
        require_empty(count_rows(target), replace);
        target.copy_from(source, shown_as("restore", show));
        auto restored = contents_of(target);
        require_same_rows(contents, restored);
    });
}

}  // namespace croquis::store::sqlite
