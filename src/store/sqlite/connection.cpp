#include "store/sqlite/connection.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <system_error>

#include "store/asking.h"
#include "store/failure.h"
#include "store/records.h"

namespace croquis::store::sqlite {
namespace {

constexpr int busy_timeout_ms = 5000;
constexpr int busy_retry_ms = 10;
constexpr int busy_poll_ms = 1;
constexpr std::size_t max_cached_statements = 256;
constexpr int pages_copied_at_once = 1024;

struct CodeFault {
    int code;
    Fault fault;
};

/// By SQLite's primary result code.
constexpr std::array codes{
    CodeFault{SQLITE_BUSY, Fault::busy},
    CodeFault{SQLITE_LOCKED, Fault::busy},
    CodeFault{SQLITE_PROTOCOL, Fault::busy},
    CodeFault{SQLITE_FULL, Fault::disk_full},
    CodeFault{SQLITE_READONLY, Fault::read_only},
    CodeFault{SQLITE_IOERR, Fault::disk_failing},
    CodeFault{SQLITE_CANTOPEN, Fault::unreachable},
    CodeFault{SQLITE_NOMEM, Fault::no_memory},
    CodeFault{SQLITE_PERM, Fault::not_allowed},
    CodeFault{SQLITE_AUTH, Fault::not_allowed},
    CodeFault{SQLITE_CONSTRAINT, Fault::clash},
    CodeFault{SQLITE_TOOBIG, Fault::bad_value},
    CodeFault{SQLITE_NOTADB, Fault::no_database},
    CodeFault{SQLITE_CORRUPT, Fault::damaged},
};

template <std::size_t size>
std::optional<Fault> find(const std::array<CodeFault, size>& table, int code) {
    for (const auto& each : table)
        if (each.code == code) return each.fault;
    return std::nullopt;
}

Fault fault_of(int code, int system_error) {
    const int primary = code & 0xff;
    if (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN)
        if (const auto known = known_file_fault(system_error)) return *known;
    return find(codes, primary).value_or(Fault::ours);
}

/// What the operating system said last of the connection, or else of its log or its file, where it
/// is forgotten less easily; 0 for nothing.
int system_error_of(sqlite3* database) {
    int error = sqlite3_system_errno(database);
    for (const int which : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
        sqlite3_file* file = nullptr;
        if (error == 0 &&
            sqlite3_file_control(database, nullptr, which, static_cast<void*>(&file)) ==
                SQLITE_OK &&
            file != nullptr && file->pMethods != nullptr)
            file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error);
    }
    return error;
}

Failure failure(sqlite3* database, const std::string& what = {}) {
    const int code = sqlite3_extended_errcode(database);
    const int system_error = system_error_of(database);
    auto why = fmt::format("SQLite: {}{} ({})", what, sqlite3_errmsg(database), code);
    if ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN)
        why += fmt::format(": {}", std::system_category().message(system_error));
    return {fault_of(code, system_error), why};
}

[[noreturn]] void fail(sqlite3* database) {
    throw failure(database);
}

int checked_size(std::size_t size) {
    if (size > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw Failure(ErrorKind::too_large, "A value is larger than SQLite can hold.");
    return static_cast<int>(size);
}

/// Reads `size` raw bytes: an id or a digest.
template <std::size_t size>
std::array<std::uint8_t, size> fixed(BytesView blob) {
    if (blob.size() != size)
        throw Failure(ErrorKind::internal,
                      "The store holds an id or a digest of the wrong length.");
    std::array<std::uint8_t, size> bytes{};
    std::copy(blob.begin(), blob.end(), bytes.begin());
    return bytes;
}

/// Asks again every millisecond. SQLite's own handler (sqlite3_busy_timeout) waits up to 100 ms at
/// a time: whoever writes at length, an import say, is then met again and again.
int wait_for_others(void*, int tries) {
    if (tries * busy_poll_ms >= busy_timeout_ms) return 0;
    sqlite3_sleep(busy_poll_ms);
    return 1;
}

/// croquis_queue_place(id, probabilities), for the migration that works it out for what is stored.
void queue_place_function(sqlite3_context* context, int, sqlite3_value** values) {
    const auto bytes = [&](int at) {
        const auto* data = static_cast<const std::uint8_t*>(sqlite3_value_blob(values[at]));
        return BytesView(data, static_cast<std::size_t>(sqlite3_value_bytes(values[at])));
    };
    Uuid id;
    if (bytes(0).size() != id.bytes.size())
        return sqlite3_result_error(context, "An id has 16 bytes.", -1);
    std::copy_n(bytes(0).begin(), id.bytes.size(), id.bytes.begin());
    sqlite3_result_int(context, queue_place(id, floats_of(bytes(1))));
}

void add_functions(sqlite3* database) {
    sqlite3_create_function_v2(database, "croquis_queue_place", 2,
                               SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, nullptr,
                               queue_place_function, nullptr, nullptr, nullptr);
}

}  // namespace

Statement::~Statement() {
    if (!statement_) return;
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
}

void Statement::bound(int code) {
    if (code != SQLITE_OK) fail(sqlite3_db_handle(statement_.get()));
}

void Statement::bind(int at, std::nullopt_t) {
    bound(sqlite3_bind_null(statement_.get(), at));
}
void Statement::bind(int at, std::int64_t value) {
    bound(sqlite3_bind_int64(statement_.get(), at, value));
}
void Statement::bind(int at, float value) {
    bound(sqlite3_bind_double(statement_.get(), at, static_cast<double>(value)));
}
void Statement::bind(int at, std::string_view text) {
    bound(sqlite3_bind_text(statement_.get(), at, text.data() == nullptr ? "" : text.data(),
                            checked_size(text.size()), SQLITE_TRANSIENT));
}
void Statement::bind(int at, BytesView bytes) {
    // A null pointer would be bound as NULL; nothing to be read is still a value.
    const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
    bound(sqlite3_bind_blob(statement_.get(), at, data, checked_size(bytes.size()), SQLITE_STATIC));
}

bool Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) fail(sqlite3_db_handle(statement_.get()));
    return false;
}

bool Statement::null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}
std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}
float Statement::real(int column) const {
    return static_cast<float>(sqlite3_column_double(statement_.get(), column));
}
std::string Statement::text(int column) const {
    const BytesView bytes = blob(column);
    return std::string(as_text(bytes));
}
BytesView Statement::blob(int column) const {
    const auto* data =
        static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}
Uuid Statement::uuid(int column) const {
    return Uuid{fixed<16>(blob(column))};
}
Sha256 Statement::digest(int column) const {
    return fixed<32>(blob(column));
}
Timestamp Statement::time(int column) const {
    return Timestamp(std::chrono::microseconds(integer(column)));
}

Connection::Connection(const std::string& path, Mode mode) {
    sqlite3* opened = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
    database_.reset(opened);
    if (opened == nullptr) throw Failure(Fault::no_memory, "SQLite: out of memory.");
    if (code != SQLITE_OK) throw failure(opened, fmt::format("cannot open {}: ", path));
    configure(mode);
}

/// A commit is on disk when it returns (FULL); readers and the writer do not wait for one another
/// (WAL), whose file keeps the length that it has under load: to grow again would slow each commit.
void Connection::configure(Mode mode) {
    sqlite3_extended_result_codes(database_.get(), 1);
    sqlite3_busy_handler(database_.get(), wait_for_others, nullptr);
    add_functions(database_.get());
    if (mode == Mode::alone) execute("PRAGMA locking_mode = EXCLUSIVE");
    if (mode == Mode::read_write) use_write_ahead_log();
    execute(
        "PRAGMA synchronous = FULL;"
        "PRAGMA foreign_keys = ON;"
        "PRAGMA secure_delete = ON;"  // what was deleted is not to be found in the file
        "PRAGMA journal_size_limit = 167772160;"
        "PRAGMA cache_size = -8192;"
        "PRAGMA temp_store = MEMORY;");
    if (mode == Mode::read_only) execute("PRAGMA query_only = ON;");
}

/// The switch needs the file alone and does not wait for it, so several programs that make a new
/// database at once take turns here.
void Connection::use_write_ahead_log() {
    execute("PRAGMA page_size = 4096");
    for (int waited_ms = 0;; waited_ms += busy_retry_ms) {
        const int code =
            sqlite3_exec(database_.get(), "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
        if (code == SQLITE_OK) return;
        if ((code & 0xff) != SQLITE_BUSY || waited_ms >= busy_timeout_ms) fail(database_.get());
        sqlite3_sleep(busy_retry_ms);
    }
}

void Connection::copy_from(Connection& source,
                           const std::function<void(std::uint64_t, std::uint64_t)>& show) {
    sqlite3_backup* backup =
        sqlite3_backup_init(database_.get(), "main", source.database_.get(), "main");
    if (backup == nullptr) fail(database_.get());
    int code = SQLITE_OK;
    while ((code = sqlite3_backup_step(backup, pages_copied_at_once)) == SQLITE_OK) {
        const auto all = static_cast<std::uint64_t>(sqlite3_backup_pagecount(backup));
        const auto left = static_cast<std::uint64_t>(sqlite3_backup_remaining(backup));
        show(all - left, all);
    }
    const int ended = sqlite3_backup_finish(backup);
    if (ended != SQLITE_OK) fail(database_.get());
    if (code != SQLITE_DONE)
        throw Failure(find(codes, code & 0xff).value_or(Fault::ours),
                      fmt::format("SQLite: {}", sqlite3_errstr(code)));
}

void Connection::on_commit(std::function<void(int)> committed) {
    committed_ = std::make_unique<std::function<void(int)>>(std::move(committed));
    const auto call = [](void* given, sqlite3*, const char*, int pages) {
        const auto& handler = *static_cast<std::function<void(int)>*>(given);
        // The commit stands, whatever is done about the log, and nothing may be thrown through C.
        const auto done = guarded([&] { handler(pages); });
        static_cast<void>(done);
        return SQLITE_OK;
    };
    sqlite3_wal_hook(database_.get(), call, committed_.get());
}

int Connection::checkpoint() {
    int copied = 0;
    const int code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                               nullptr, &copied);
    if ((code & 0xff) == SQLITE_BUSY) return 0;
    if (code != SQLITE_OK) fail(database_.get());
    return copied;
}

void Connection::sync() {
    sqlite3_file* file = nullptr;
    if (sqlite3_file_control(database_.get(), nullptr, SQLITE_FCNTL_FILE_POINTER, &file) !=
        SQLITE_OK)
        fail(database_.get());
    if (file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) != SQLITE_OK)
        throw Failure(Fault::disk_failing, "SQLite: the database cannot be written to disk.");
}

void Connection::execute(const char* script) {
    if (sqlite3_exec(database_.get(), script, nullptr, nullptr, nullptr) != SQLITE_OK)
        fail(database_.get());
}

Statement Connection::prepare(std::string_view sql) {
    if (const auto found = statements_.find(sql); found != statements_.end())
        return Statement(found->second);
    if (statements_.size() >= max_cached_statements) statements_.clear();
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v3(database_.get(), sql.data(), checked_size(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &prepared, nullptr) != SQLITE_OK)
        fail(database_.get());
    std::shared_ptr<sqlite3_stmt> owned(prepared, sqlite3_finalize);
    statements_.emplace(sql, owned);
    return Statement(std::move(owned));
}

Transaction::Transaction(Connection& connection, Mode mode) : connection_(connection) {
    connection_.run(mode == Mode::read_write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
    if (!connection_.in_transaction()) return;
    try {
        connection_.run("ROLLBACK");
    } catch (const Failure& failure) {
        spdlog::error("store: cannot roll back: {}", failure.what());
    }
}

void Transaction::commit() {
    connection_.run("COMMIT");
}

}  // namespace croquis::store::sqlite
