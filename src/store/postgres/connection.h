#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/bytes.h"
#include "core/time.h"
#include "core/uuid.h"
#include "store/breaker.h"
#include "store/failure.h"
#include "store/postgres/wire.h"

namespace croquis::store::postgres {

/// A Failure with PostgreSQL's SQLSTATE (empty where the connection was lost).
class ServerFailure : public Failure {
  public:
    ServerFailure(Fault fault, const std::string& why, std::string sqlstate = {})
        : Failure(fault, why), sqlstate_(std::move(sqlstate)) {}

    [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }

  private:
    std::string sqlstate_;
};

/// The parameters $1, $2 … of a statement, in binary. Nothing but BytesView is referred to; the
/// rest is copied.
class Parameters {
  public:
    template <class... Values>
    explicit Parameters(const Values&... values) {
        (add(values), ...);
    }

    void add(std::nullopt_t);
    void add(bool value);
    void add(int value);
    void add(std::int64_t value);
    void add(float value);
    void add(std::string_view text);
    void add(const std::string& text) { add(std::string_view(text)); }
    void add(const char* text) { add(std::string_view(text)); }
    void add(BytesView bytes);  ///< must outlive the statement's run
    void add(const Sha256& digest) { add(BytesView(digest)); }
    void add(const Uuid& id);
    void add(Timestamp time);
    template <class T>
    void add(const std::optional<T>& value) {
        value ? add(*value) : add(std::nullopt);
    }
    void add(const std::vector<std::string_view>& texts);  ///< text[]
    void add(const std::vector<Sha256>& digests);          ///< bytea[]
    void add(const std::vector<Uuid>& ids);                ///< uuid[]
    void add(const std::vector<BytesView>& blobs);         ///< bytea[], copied
    void add(const std::vector<float>& numbers);           ///< real[]
    void add(const std::vector<std::int32_t>& numbers);    ///< integer[]
    void add(const std::vector<std::int16_t>& numbers);    ///< smallint[]

    [[nodiscard]] int count() const { return static_cast<int>(types_.size()); }
    [[nodiscard]] const Oid* types() const { return types_.data(); }
    [[nodiscard]] const char* const* values() const { return values_.data(); }
    [[nodiscard]] const int* lengths() const { return lengths_.data(); }
    [[nodiscard]] const int* formats() const { return formats_.data(); }

  private:
    void refer(Oid type, std::string_view bytes);
    void own(Oid type, std::string bytes);

    std::deque<std::string> owned_;
    std::vector<Oid> types_;
    std::vector<const char*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
};

/// What a statement returned, in binary. Rows and columns count from 0.
class Rows {
  public:
    explicit Rows(PGresult* result) : result_(result) {}

    [[nodiscard]] int count() const { return PQntuples(result_.get()); }
    [[nodiscard]] bool empty() const { return count() == 0; }
    /// How many rows the statement wrote.
    [[nodiscard]] std::int64_t affected() const;

    [[nodiscard]] bool null(int row, int column) const {
        return PQgetisnull(result_.get(), row, column) != 0;
    }
    [[nodiscard]] std::string_view text(int row, int column) const;
    [[nodiscard]] BytesView blob(int row, int column) const { return as_bytes(text(row, column)); }
    [[nodiscard]] int small(int row, int column) const;
    [[nodiscard]] std::int64_t integer(int row, int column) const;
    [[nodiscard]] bool flag(int row, int column) const;
    [[nodiscard]] float real(int row, int column) const;
    [[nodiscard]] Uuid uuid(int row, int column) const;
    [[nodiscard]] Sha256 digest(int row, int column) const;
    [[nodiscard]] Timestamp time(int row, int column) const;

  private:
    [[nodiscard]] const char* exactly(int row, int column, int length) const;

    struct Clear {
        void operator()(PGresult* result) const { PQclear(result); }
    };
    std::unique_ptr<PGresult, Clear> result_;
};

struct Settings {
    std::string uri;       ///< libpq's
    bool prepared = true;  ///< false behind a pooler that hands transactions to any connection
};

/// Splits croquis_prepared=on|off off a URL; the rest is libpq's. Throws Failure (invalid).
Settings settings_of(const std::string& url);

/// How long the server is waited for when nothing goes to and fro.
struct Waits {
    /// After this, and again each time it has passed, the server is asked for a sign of life.
    std::chrono::milliseconds sign_of_life{3000};
    /// After this a statement is given up though the server lives.
    std::chrono::milliseconds most{10000};
};

/// One connection to PostgreSQL. Not thread-safe. Nothing waits for the server without end: where
/// it stands still, where it is asked and gives no sign of life, or where a statement takes too
/// long, the connection is given up and lost, and what became of the statement is not known. All
/// functions throw ServerFailure: unavailable where the connection is lost or the server cannot
/// serve now, conflict where a constraint objects, invalid where it cannot take a value, internal
/// otherwise.
class Connection {
  public:
    /// Tells `breaker`, which must outlive it, whether the server answers.
    Connection(const Settings& settings, Breaker& breaker);

    /// While it lives, statements may take `most`, as long as the server gives signs of life.
    class Patience {
      public:
        Patience(Connection& connection, std::chrono::milliseconds most)
            : connection_(connection), before_(connection.waits_.most) {
            connection_.waits_.most = most;
        }
        Patience(const Patience&) = delete;
        Patience& operator=(const Patience&) = delete;
        ~Patience() { connection_.waits_.most = before_; }

      private:
        Connection& connection_;
        const std::chrono::milliseconds before_;
    };

    /// Runs one statement; it is prepared when seen first, unless the settings say not to.
    template <class... Values>
    Rows query(std::string_view sql, const Values&... values) {
        return run(sql, Parameters(values...));
    }
    Rows run(std::string_view sql, const Parameters& parameters);

    /// Runs SQL text of any number of statements, without parameters or results.
    void execute(const std::string& script);

    /// Starts a script of which each COPY … FROM STDIN is then fed by feed() and end_copy(), in
    /// turn; finish() ends it. What fails ends the script.
    void start_script(const std::string& script);
    void feed(std::string_view data);
    void end_copy();
    void finish_script();

    [[nodiscard]] bool lost() const;
    /// True where the connection is lost, or a transaction was left open on it.
    [[nodiscard]] bool broken() const;
    /// True where it is broken, or where the server has something to say though nothing was asked:
    /// that it hung up since the connection was last used, as a rule.
    [[nodiscard]] bool gone() const;

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view sql) const {
            return std::hash<std::string_view>{}(sql);
        }
    };
    struct Finish {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };

    using OwnedResult = std::unique_ptr<PGresult, void (*)(PGresult*)>;

    void configure();
    Rows checked(PGresult* result);
    Rows answer(int sent);
    OwnedResult next_result();
    void flush();
    void await(short events);
    [[nodiscard]] bool server_lives() const;
    [[noreturn]] void give_up(Fault fault, const std::string& why);
    [[noreturn]] void fail_as_lost();
    void await_copy();
    void drain();
    Rows run_unprepared(std::string_view sql, const Parameters& parameters);
    Rows run_prepared(std::string_view sql, const Parameters& parameters);
    const std::string& prepare(std::string_view sql, const Parameters& parameters);
    [[noreturn]] void fail(const PGresult* result);

    const std::string uri_;
    Breaker& breaker_;
    std::unique_ptr<PGconn, Finish> connection_;
    bool prepared_;
    bool given_up_ = false;
    Waits waits_;
    std::unordered_map<std::string, std::string, Hash, std::equal_to<>> names_;  ///< by SQL
};

/// A transaction, rolled back unless committed.
class Transaction {
  public:
    explicit Transaction(Connection& connection) : connection_(connection) {
        connection_.execute("BEGIN");
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    void commit();

  private:
    Connection& connection_;
    bool open_ = true;
};

}  // namespace croquis::store::postgres
