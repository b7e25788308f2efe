#pragma once

#include <sqlite3.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

#include "core/bytes.h"
#include "core/time.h"
#include "core/uuid.h"
#include "store/failure.h"

namespace croquis::store::sqlite {

/// Whether a connection may write.
enum class Mode {
    read_write,
    read_only,
    alone  ///< writes, while nobody else has the file open; the file keeps its kind of log
};

/// A prepared statement on loan from its connection's cache, reset when it goes. Columns and
/// parameters count from 0 and 1, as SQLite's do.
class Statement {
  public:
    explicit Statement(std::shared_ptr<sqlite3_stmt> statement)
        : statement_(std::move(statement)) {}
    Statement(Statement&&) noexcept = default;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    void bind(int at, std::nullopt_t);
    void bind(int at, bool value) { bind(at, std::int64_t{value}); }
    void bind(int at, int value) { bind(at, std::int64_t{value}); }
    void bind(int at, std::int64_t value);
    void bind(int at, float value);
    void bind(int at, std::string_view text);
    /// The bytes are not copied: they must outlive the statement's last step.
    void bind(int at, BytesView bytes);
    void bind(int at, const Uuid& id) { bind(at, BytesView(id.bytes)); }
    void bind(int at, Timestamp time) { bind(at, std::int64_t{time.time_since_epoch().count()}); }
    template <class T>
    void bind(int at, const std::optional<T>& value) {
        value ? bind(at, *value) : bind(at, std::nullopt);
    }

    /// True while there is a row to read. Throws Failure.
    bool step();

    [[nodiscard]] bool null(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] int small(int column) const { return static_cast<int>(integer(column)); }
    [[nodiscard]] float real(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] BytesView blob(int column) const;  ///< until the next step
    [[nodiscard]] Uuid uuid(int column) const;
    [[nodiscard]] Sha256 digest(int column) const;
    [[nodiscard]] Timestamp time(int column) const;

  private:
    void bound(int code);

    std::shared_ptr<sqlite3_stmt> statement_;
};

/// Whether a parameter's bytes are bound where they lie: those of a temporary would be gone before
/// the first step.
template <class T>
inline constexpr bool is_bound_in_place = std::is_same_v<T, Uuid> ||
                                          (std::is_convertible_v<const T&, BytesView> &&
                                           !std::is_same_v<T, BytesView>);
template <class T>
inline constexpr bool is_bound_in_place<std::optional<T>> = is_bound_in_place<T>;

/// One connection to an SQLite file, with its statements prepared once. Not thread-safe. All
/// functions throw Failure: unavailable where the file is locked, full or unreadable, conflict
/// where a constraint objects, internal otherwise.
class Connection {
  public:
    Connection(const std::string& path, Mode mode);

    /// Runs SQL text of any number of statements, without results.
    void execute(const char* script);

    /// A statement with its parameters bound, in the order in which they first appear in it,
    /// whatever the n of each $n; blobs and ids must outlive it.
    template <class... Values>
    Statement query(std::string_view sql, Values&&... values) {
        static_assert(((std::is_lvalue_reference_v<Values> || !is_bound_in_place<Values>)&&...),
                      "Bytes and ids are not copied: give a temporary a name.");
        Statement statement = prepare(sql);
        int at = 0;
        (statement.bind(++at, values), ...);
        return statement;
    }

    /// Runs a statement to its end; returns how many rows it changed.
    template <class... Values>
    std::int64_t run(std::string_view sql, const Values&... values) {
        Statement statement = query(sql, values...);
        while (statement.step()) {
        }
        return sqlite3_changes64(database_.get());
    }

    Statement prepare(std::string_view sql);
    [[nodiscard]] std::int64_t last_row() const {
        return sqlite3_last_insert_rowid(database_.get());
    }
    [[nodiscard]] bool in_transaction() const {
        return sqlite3_get_autocommit(database_.get()) == 0;
    }
    [[nodiscard]] bool broken() const { return in_transaction(); }
    [[nodiscard]] static bool gone() { return false; }

    /// Puts the whole of `source` in the place of what is here, or nothing; show(done, all) counts
    /// pages. Where `source` is in a transaction, it is copied as that sees it.
    void copy_from(Connection& source,
                   const std::function<void(std::uint64_t, std::uint64_t)>& show);

    /// Calls `committed(pages)` after each commit of this connection, with the pages then in the
    /// write-ahead log; from now on the log is copied back by checkpoint() alone.
    void on_commit(std::function<void(int)> committed);
    /// Copies the write-ahead log back into the database, as far as no reader still needs the
    /// database as it was; waits for nobody. Returns how many pages of the log the database then
    /// has, 0 where another connection is copying.
    int checkpoint();
    /// Waits until the database is on disk, without its log. SQLite itself does this only where a
    /// checkpoint copies the log whole.
    void sync();

  private:
    struct Close {
        void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view sql) const {
            return std::hash<std::string_view>{}(sql);
        }
    };

    void configure(Mode mode);
    void use_write_ahead_log();

    std::unique_ptr<std::function<void(int)>> committed_;
    std::unique_ptr<sqlite3, Close> database_;
    std::unordered_map<std::string, std::shared_ptr<sqlite3_stmt>, Hash, std::equal_to<>>
        statements_;
};

/// A write transaction, rolled back unless committed.
class Transaction {
  public:
    explicit Transaction(Connection& connection, Mode mode = Mode::read_write);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    void commit();

  private:
    Connection& connection_;
};

}  // namespace croquis::store::sqlite
