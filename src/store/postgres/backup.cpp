#include "store/postgres/backup.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "core/child_process.h"
#include "store/backup_parts.h"
#include "store/postgres/connection.h"
#include "store/postgres/copy_reader.h"
#include "store/postgres/schema.h"

namespace croquis::store::postgres {
namespace {

using Wait = ChildProcess::Wait;

/// A tool that does nothing for so long is given up; PostgreSQL builds its indexes meanwhile.
constexpr auto longest_silence = std::chrono::minutes(30);
constexpr auto look_every = Wait(200);
constexpr auto longest_statement = std::chrono::hours(12);
constexpr std::size_t read_at_once = std::size_t{256} * 1024;

/// All tables of a store, those that a schema lacks among them. What else is in the database is
/// somebody else's.
constexpr std::array tables{"schema_migration",
                            "project",
                            "label",
                            "drawing",
                            "drawing_content",
                            "tag_event",
                            "prediction",
                            "embedding",
                            "account",
                            "refresh_token",
                            "model",
                            "job",
                            "idempotency_key",
                            "claim",
                            "audit_event",
                            "worker",
                            "duplicate_dismissal"};

std::vector<std::string> present_tables(Connection& connection) {
    std::vector<std::string> present;
    for (const char* table : tables)
        if (!connection.query("SELECT to_regclass($1)::text", table).null(0, 0))
            present.emplace_back(table);
    return present;
}

std::map<std::string, std::int64_t> count_rows(Connection& connection) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& table : present_tables(connection))
        counts[table] =
            connection.query(fmt::format("SELECT count(*) FROM {}", table)).integer(0, 0);
    return counts;
}

/// Without the indexes, which no backup holds.
std::uint64_t size_of(Connection& connection) {
    std::int64_t size = 0;
    for (const auto& table : present_tables(connection))
        size += connection.query("SELECT pg_table_size(to_regclass($1))", table).integer(0, 0);
    return static_cast<std::uint64_t>(size);
}

/// The URL as libpq's variables, so that it stands on no command line.
std::vector<std::string> environment_of(const Settings& settings) {
    const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
        PQconninfoParse(settings.uri.c_str(), nullptr), PQconninfoFree);
    std::vector<std::string> variables;
    for (const auto* option = options.get(); option != nullptr && option->keyword != nullptr;
         ++option)
        if (option->val != nullptr && option->envvar != nullptr)
            variables.push_back(fmt::format("{}={}", option->envvar, option->val));
    variables.emplace_back("PGAPPNAME=croquis-backup");
    return variables;
}

/// What a tool said, or that it said nothing, as the reason.
Failure tool_failed(const std::string& tool, const ChildProcess& child) {
    const auto said = child.said();
    return {ErrorKind::unavailable,
            fmt::format("{} failed: {}", tool, said.empty() ? "it did not say why" : said)};
}

ChildProcess start(const ChildCommand& command) {
    auto child = ChildProcess::start(command);
    if (child) return std::move(*child);
    if (child.error().kind != ErrorKind::not_found) throw Failure(child.error());
    throw Failure(ErrorKind::unavailable,
                  child.error().detail + " It comes with Debian's package postgresql-client.");
}

void await_end(const std::string& tool, ChildProcess& child) {
    const auto status = child.wait(longest_silence);
    if (!status)
        throw Failure(ErrorKind::unavailable,
                      fmt::format("{} did not end; it was given up.", tool));
    if (*status != 0) throw tool_failed(tool, child);
}

ChildCommand dump_command(const Settings& settings, const std::filesystem::path& partial,
                          const std::string& snapshot, const std::vector<std::string>& present) {
    ChildCommand command{
        {"pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-password",
         "--lock-wait-timeout=30s", "--snapshot=" + snapshot, "--file=" + partial.string()},
        environment_of(settings)};
    for (const auto& table : present) command.words.push_back("--table=" + table);
    for (const char* table : not_backed_up)
        command.words.push_back(std::string("--exclude-table-data=") + table);
    return command;
}

/// Until it has ended, as long as the file grows.
void dump(const ChildCommand& command, const std::filesystem::path& partial, std::uint64_t all,
          const ShowProgress& show) {
    show("copy", 0, all);
    auto child = start(command);
    std::uint64_t size = 0;
    auto grown = std::chrono::steady_clock::now();
    for (;;) {
        if (const auto status = child.wait(look_every)) {
            if (*status != 0) throw tool_failed("pg_dump", child);
            return;
        }
        const auto time = std::chrono::steady_clock::now();
        const auto present = static_cast<std::uint64_t>(std::filesystem::file_size(partial));
        if (present != size) grown = time;
        size = present;
        show("copy", std::min(size, all), all);
        if (time - grown > longest_silence)
            throw Failure(ErrorKind::unavailable, "pg_dump stands still; it was given up.");
    }
}

ChildProcess start_reading(const std::filesystem::path& file) {
    return start({{"pg_restore", "--file=-", "--no-owner", "--no-privileges",
                   std::filesystem::absolute(file).string()},
                  {},
                  false,
                  true});
}

/// The SQL that a backup holds, a part at a time.
template <class Each>
void read_script(const std::filesystem::path& file, const Each& each) {
    auto child = start_reading(file);
    std::vector<char> buffer(read_at_once);
    for (;;) {
        const auto part = child.read(buffer, longest_silence);
        if (!part) throw Failure(part.error());
        if (part->empty()) break;
        each(*part);
    }
    const auto status = child.wait(longest_silence);
    if (status != 0) throw damaged_backup("The backup is damaged: " + child.said());
}

struct Script {
    BackupContents contents;
    std::map<std::string, std::string> full_names;
    std::uint64_t length = 0;
};

Script look_through(const std::filesystem::path& file, const ShowProgress& show) {
    CopyReader reader;
    Script script;
    const auto size = static_cast<std::uint64_t>(std::filesystem::file_size(file));
    read_script(file, [&](std::string_view part) {
        reader.add(part);
        // Most of it are pictures in hexadecimal.
        show("check", std::min((script.length += part.size()) / 2, size), size);
    });
    if (reader.migrations().empty())
        throw Failure(ErrorKind::invalid,
                      "This is an archive of pg_dump, but no backup of Croquis.", "FILE");
    script.contents.schema = checked_schema(postgres_migrations(), reader.migrations());
    script.contents.rows = reader.rows();
    script.full_names = reader.full_names();
    return script;
}

/// Whether a server, or another command, has the store open.
bool in_use(Connection& connection) {
    return connection
               .query(
                   "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                   "AND application_name = 'croquis' AND pid <> pg_backend_pid()")
               .integer(0, 0) > 0;
}

std::string opening() {
    std::string names;
    for (const char* table : tables) names += (names.empty() ? "" : ", ") + std::string(table);
    return fmt::format(
        "BEGIN;\nSET LOCAL lock_timeout = '30s';\nSET LOCAL client_min_messages = warning;\n"
        "DROP TABLE IF EXISTS {};\n",
        names);
}

/// Says of each table how many rows it must have now, commits, and has its statistics made.
std::string closing(const Script& script) {
    std::string text = "\nDO $check$ BEGIN\n";
    for (const auto& [table, count] : script.contents.rows)
        text += fmt::format(
            "IF (SELECT count(*) FROM {0}) <> {1} THEN RAISE EXCEPTION 'not all rows of {0} were "
            "restored'; END IF;\n",
            script.full_names.at(table), count);
    text += "END $check$;\nCOMMIT;\n";
    for (const auto& [table, name] : script.full_names) text += fmt::format("ANALYZE {};\n", name);
    return text;
}

void give(ChildProcess& psql, std::string_view text) {
    if (psql.write(text, longest_silence)) return;
    // It ended early, and says why better than the pipe does.
    psql.close_input();
    psql.wait(std::chrono::seconds(10));
    throw tool_failed("psql", psql);
}

}  // namespace

BackupContents write_backup(const std::string& url, const std::filesystem::path& partial,
                            const ShowProgress& show) {
    const auto settings = settings_of(url);
    Breaker breaker;
    Connection connection(settings, breaker);
    const Connection::Patience patience(connection, longest_statement);
    if (!has_schema(connection)) throw no_store();
    // What is counted and what is dumped is the store at one moment.
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
    const auto snapshot = std::string(connection.query("SELECT pg_export_snapshot()").text(0, 0));
    BackupContents contents;
    contents.schema = checked_schema(postgres_migrations(), applied_migrations(connection));
    contents.rows = count_rows(connection);
    const auto command = dump_command(settings, partial, snapshot, present_tables(connection));
    dump(command, partial, size_of(connection), show);
    // A table whose rows are left out is not in the dump's data.
    for (const char* table : not_backed_up) contents.rows.erase(table);
    return contents;
}

BackupContents read_backup(const std::filesystem::path& file, const ShowProgress& show) {
    return look_through(file, show).contents;
}

void restore_backup(const std::string& url, const std::filesystem::path& file,
                    const BackupContents& contents, bool replace, const ShowProgress& show) {
    const auto settings = settings_of(url);
    {
        Breaker breaker;
        Connection connection(settings, breaker);
        const Connection::Patience patience(connection, longest_statement);
        if (in_use(connection)) throw store::in_use();
        require_empty(count_rows(connection), replace);
    }
    const auto script = look_through(file, show);
    require_same_rows(contents, script.contents);
    auto psql = start({{"psql", "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1",
                        "--output=/dev/null"},
                       environment_of(settings),
                       true});
    give(psql, opening());
    std::uint64_t given = 0;
    read_script(file, [&](std::string_view part) {
        give(psql, part);
        show("restore", given += part.size(), script.length);
    });
    give(psql, closing(script));
    psql.close_input();
    await_end("psql", psql);
}

}  // namespace croquis::store::postgres
