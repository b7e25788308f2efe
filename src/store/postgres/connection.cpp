#include "store/postgres/connection.h"

#include <poll.h>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>

namespace croquis::store::postgres {
namespace {

/// The types of parameters (pg_type.dat); they never change.
enum : Oid {
    type_bool = 16,
    type_bytea = 17,
    type_int8 = 20,
    type_int2 = 21,
    type_int4 = 23,
    type_text = 25,
    type_float4 = 700,
    type_bytea_array = 1001,
    type_int2_array = 1005,
    type_int4_array = 1007,
    type_text_array = 1009,
    type_float4_array = 1021,
    type_timestamptz = 1184,
    type_uuid = 2950,
    type_uuid_array = 2951,
};

constexpr int binary = 1;
constexpr std::string_view prepared_option = "croquis_prepared=";

std::string array_of(Oid element, const auto& items, auto bytes_of) {
    std::string out;
    put(out, std::int32_t{items.empty() ? 0 : 1});  // dimensions
    put(out, std::int32_t{0});                      // no nulls
    put(out, static_cast<std::int32_t>(element));
    if (items.empty()) return out;
    put(out, static_cast<std::int32_t>(items.size()));
    put(out, std::int32_t{1});  // the first index
    for (const auto& item : items) {
        const auto bytes = bytes_of(item);  // a view of the item, or what it was turned into
        put(out, static_cast<std::int32_t>(bytes.size()));
        out.append(bytes);
    }
    return out;
}

template <class Integer>
std::string in_network_order(Integer number) {
    std::string bytes;
    put(bytes, number);
    return bytes;
}

struct StateFault {
    std::string_view state;  ///< an SQLSTATE, or the class that it begins with
    Fault fault;
};

/// PostgreSQL's appendix A; the first that fits counts.
constexpr std::array states{
    StateFault{"53100", Fault::disk_full},
    StateFault{"53200", Fault::no_memory},
    StateFault{"25006", Fault::read_only},
    StateFault{"42501", Fault::not_allowed},
    StateFault{"58030", Fault::disk_failing},
    StateFault{"57P", Fault::unreachable},  // shutting down, starting up
    StateFault{"57", Fault::busy},          // cancelled, a timeout of the server's
    StateFault{"08", Fault::unreachable},
    StateFault{"22", Fault::bad_value},
    StateFault{"23", Fault::clash},
    StateFault{"28", Fault::not_allowed},
    StateFault{"3D", Fault::not_allowed},
    StateFault{"40", Fault::busy},  // deadlocks
    StateFault{"53", Fault::busy},  // no connections left
    StateFault{"55P03", Fault::busy},
    StateFault{"58", Fault::disk_failing},
    StateFault{"XX001", Fault::damaged},
    StateFault{"XX002", Fault::damaged},
};

Fault fault_of(std::string_view state) {
    if (state.empty()) return Fault::unreachable;
    const auto* const found =
        std::find_if(states.begin(), states.end(),
                     [state](const StateFault& each) { return state.starts_with(each.state); });
    return found == states.end() ? Fault::ours : found->fault;
}

/// No such statement, or one of that name already: another connection is on the other side.
bool is_poolers_doing(std::string_view state) {
    return state == "26000" || state == "42P05";
}

/// libpq's messages have several lines.
std::string trimmed(const char* message) {
    std::string text(message == nullptr ? "" : message);
    std::replace(text.begin(), text.end(), '\n', ' ');
    std::erase(text, '\t');
    while (text.ends_with(' ')) text.pop_back();
    return text;
}

ServerFailure failure(std::string_view state, const std::string& message) {
    return {fault_of(state), "PostgreSQL: " + message, std::string(state)};
}

/// libpq waits for ever by default; these make a lost server known within seconds. What the URL
/// says itself goes before them, but for the time to connect in, where `urgent`.
class ConnectOptions {
  public:
    explicit ConnectOptions(const std::string& uri, bool urgent = false)
        : values_{"3", "15", "5", "3", "5000", uri.c_str(), "croquis", urgent ? "2" : nullptr} {}

    [[nodiscard]] const char* const* names() const { return parameter_names.data(); }
    [[nodiscard]] const char* const* values() const { return values_.data(); }

  private:
    static constexpr std::array<const char*, 9> parameter_names{
        "connect_timeout",           "keepalives_idle",  "keepalives_interval",
        "keepalives_count",          "tcp_user_timeout", "dbname",
        "fallback_application_name", "connect_timeout",  nullptr};
    const std::array<const char*, 8> values_;
};

using Clock = std::chrono::steady_clock;

/// A server that is not there says so sooner; longer than this means that it is silent.
constexpr std::chrono::seconds silent_after{1};

PGconn* connect(const std::string& uri, Breaker& breaker) {
    const ConnectOptions options(uri);
    const auto start = Clock::now();
    PGconn* connection = PQconnectdbParams(options.names(), options.values(), 1);
    if (PQstatus(connection) == CONNECTION_OK)
        breaker.answered();
    else if (Clock::now() - start >= silent_after)
        breaker.silent();
    return connection;
}

bool prepared_state(std::string_view value) {
    if (value != "on" && value != "off")
        throw Failure(ErrorKind::invalid, "croquis_prepared in the store's URL is on or off.",
                      "store");
    return value == "on";
}

Failure bad_uri() {
    // Without libpq's own words, which may quote the password.
    return {ErrorKind::invalid, "The store's URL is not one that PostgreSQL reads.", "store"};
}

bool is_port(std::string_view text) {
    int port = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), port);
    return wrong == std::errc{} && end == text.data() + text.size() && port > 0 && port < 65536;
}

/// libpq reads the ports only when it connects. Several hosts have several, separated by commas.
void check_ports(std::string_view ports) {
    while (!ports.empty()) {
        const auto port = ports.substr(0, ports.find(','));
        if (!port.empty() && !is_port(port)) throw bad_uri();
        ports.remove_prefix(std::min(port.size() + 1, ports.size()));
    }
}

void check_uri(const std::string& uri) {
    const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
        PQconninfoParse(uri.c_str(), nullptr), PQconninfoFree);
    if (!options) throw bad_uri();
    for (const auto* option = options.get(); option->keyword != nullptr; ++option)
        if (std::string_view(option->keyword) == "port" && option->val != nullptr)
            check_ports(option->val);
}

/// Takes croquis_prepared out of the URL's query.
Settings split(const std::string& url) {
    Settings settings;
    const auto mark = url.find('?');
    settings.uri = url.substr(0, mark);
    if (mark == std::string::npos) return settings;
    std::string_view rest = std::string_view(url).substr(mark + 1);
    char separator = '?';
    while (!rest.empty()) {
        const auto item = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(item.size() + 1, rest.size()));
        if (item.starts_with(prepared_option)) {
            settings.prepared = prepared_state(item.substr(prepared_option.size()));
            continue;
        }
        settings.uri += separator;
        settings.uri += item;
        separator = '&';
    }
    return settings;
}

}  // namespace

Settings settings_of(const std::string& url) {
    auto settings = split(url);
    check_uri(settings.uri);
    return settings;
}

void Parameters::refer(Oid type, std::string_view bytes) {
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw Failure(ErrorKind::too_large, "A value is larger than PostgreSQL can take.");
    types_.push_back(type);
    values_.push_back(bytes.empty() ? "" : bytes.data());
    lengths_.push_back(static_cast<int>(bytes.size()));
    formats_.push_back(binary);
}

void Parameters::own(Oid type, std::string bytes) {
    owned_.push_back(std::move(bytes));
    refer(type, owned_.back());
}

void Parameters::add(std::nullopt_t) {
    types_.push_back(0);
    values_.push_back(nullptr);
    lengths_.push_back(0);
    formats_.push_back(binary);
}
void Parameters::add(bool value) {
    own(type_bool, std::string(1, value ? '\1' : '\0'));
}
void Parameters::add(int value) {
    std::string bytes;
    put(bytes, std::int32_t{value});
    own(type_int4, std::move(bytes));
}
void Parameters::add(std::int64_t value) {
    std::string bytes;
    put(bytes, value);
    own(type_int8, std::move(bytes));
}
void Parameters::add(float value) {
    std::string bytes;
    put(bytes, bits_of(value));
    own(type_float4, std::move(bytes));
}
void Parameters::add(std::string_view text) {
    own(type_text, std::string(text));
}
void Parameters::add(BytesView bytes) {
    refer(type_bytea, as_text(bytes));
}
void Parameters::add(const Uuid& id) {
    own(type_uuid, std::string(as_text(id.bytes)));
}
void Parameters::add(Timestamp time) {
    std::string bytes;
    put(bytes, micros_of(time));
    own(type_timestamptz, std::move(bytes));
}
void Parameters::add(const std::vector<std::string_view>& texts) {
    own(type_text_array, array_of(type_text, texts, [](std::string_view text) { return text; }));
}
void Parameters::add(const std::vector<Sha256>& digests) {
    own(type_bytea_array,
        array_of(type_bytea, digests, [](const Sha256& digest) { return as_text(digest); }));
}
void Parameters::add(const std::vector<Uuid>& ids) {
    own(type_uuid_array,
        array_of(type_uuid, ids, [](const Uuid& id) { return as_text(id.bytes); }));
}

void Parameters::add(const std::vector<BytesView>& blobs) {
    own(type_bytea_array,
        array_of(type_bytea, blobs, [](BytesView blob) { return as_text(blob); }));
}
void Parameters::add(const std::vector<float>& numbers) {
    own(type_float4_array, array_of(type_float4, numbers, [](float number) {
            std::string bytes;
            put(bytes, bits_of(number));
            return bytes;
        }));
}
void Parameters::add(const std::vector<std::int32_t>& numbers) {
    own(type_int4_array, array_of(type_int4, numbers, in_network_order<std::int32_t>));
}
void Parameters::add(const std::vector<std::int16_t>& numbers) {
    own(type_int2_array, array_of(type_int2, numbers, in_network_order<std::int16_t>));
}

std::int64_t Rows::affected() const {
    const std::string_view digits = PQcmdTuples(result_.get());
    std::int64_t rows = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), rows);
    return rows;
}

std::string_view Rows::text(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

const char* Rows::exactly(int row, int column, int length) const {
    if (PQgetlength(result_.get(), row, column) != length)
        throw Failure(ErrorKind::internal,
                      fmt::format("PostgreSQL: column {} has {} bytes where {} were expected.",
                                  PQfname(result_.get(), column),
                                  PQgetlength(result_.get(), row, column), length));
    return PQgetvalue(result_.get(), row, column);
}

int Rows::small(int row, int column) const {
    return static_cast<int>(get<std::uint32_t>(exactly(row, column, 4)));
}
std::int64_t Rows::integer(int row, int column) const {
    return static_cast<std::int64_t>(get<std::uint64_t>(exactly(row, column, 8)));
}
bool Rows::flag(int row, int column) const {
    return *exactly(row, column, 1) != 0;
}
float Rows::real(int row, int column) const {
    return std::bit_cast<float>(get<std::uint32_t>(exactly(row, column, 4)));
}
Uuid Rows::uuid(int row, int column) const {
    Uuid id;
    const char* bytes = exactly(row, column, 16);
    std::copy(bytes, bytes + 16, id.bytes.begin());
    return id;
}
Sha256 Rows::digest(int row, int column) const {
    Sha256 digest;
    const char* bytes = exactly(row, column, 32);
    std::copy(bytes, bytes + 32, digest.begin());
    return digest;
}
Timestamp Rows::time(int row, int column) const {
    return epoch + std::chrono::microseconds(integer(row, column));
}

Connection::Connection(const Settings& settings, Breaker& breaker)
    : uri_(settings.uri),
      breaker_(breaker),
      connection_(connect(settings.uri, breaker)),
      prepared_(settings.prepared) {
    if (PQstatus(connection_.get()) != CONNECTION_OK || PQsetnonblocking(connection_.get(), 1) != 0)
        fail_as_lost();
    PQsetNoticeProcessor(
        connection_.get(),
        [](void*, const char* message) { spdlog::debug("PostgreSQL: {}", trimmed(message)); },
        nullptr);
    configure();
}

/// What is asked on a connection that was given up ends soon, and with it its locks. Behind a
/// pooler the server's connection is not this one's, and the pooler drops it.
void Connection::configure() {
    if (!prepared_) return;
    try {
        execute("SET client_connection_check_interval = '2s'");
    } catch (const ServerFailure& failure) {
        if (lost()) throw;
        spdlog::debug("store: {}", failure.what());  // not every system can
    }
}

void Connection::fail(const PGresult* result) {
    const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    throw failure(state == nullptr || lost() ? "" : state,
                  trimmed(message == nullptr ? PQerrorMessage(connection_.get()) : message));
}

void Connection::fail_as_lost() {
    throw failure("", trimmed(PQerrorMessage(connection_.get())));
}

/// Hangs up at once, so that the server can end what nobody waits for any more.
void Connection::give_up(Fault fault, const std::string& why) {
    given_up_ = true;
    connection_.reset();
    throw ServerFailure(fault, "PostgreSQL: " + why);
}

/// Waits until the socket is ready for one of `events`.
void Connection::await(short events) {
    const auto start = Clock::now();
    for (;;) {
        const auto waited = std::chrono::floor<std::chrono::milliseconds>(Clock::now() - start);
        const auto next =
            std::clamp(waits_.most - waited, std::chrono::milliseconds(0), waits_.sign_of_life);
        pollfd socket{PQsocket(connection_.get()), events, 0};
        const int ready = poll(&socket, 1, static_cast<int>(next.count()));
        if (ready > 0) return;
        if (ready < 0 && errno != EINTR) give_up(Fault::unreachable, std::strerror(errno));
        if (ready < 0) continue;
        if (waited + next >= waits_.most)
            give_up(Fault::silent,
                    fmt::format("no answer within {} ms, given up", waits_.most.count()));
        if (!server_lives()) {
            breaker_.silent();
            give_up(Fault::silent, "no answer, and no sign of life from the server");
        }
    }
}

/// By a connection of its own. The server may be slow, or wait for a lock, or be gone.
bool Connection::server_lives() const {
    const ConnectOptions options(uri_, true);
    const auto sign = PQpingParams(options.names(), options.values(), 1);
    return sign == PQPING_OK || sign == PQPING_REJECT;
}

/// Sends what libpq holds back. It goes on reading, as the server may say something and take no
/// more until it is heard.
void Connection::flush() {
    for (;;) {
        const int left = PQflush(connection_.get());
        if (left == 0) return;
        if (left < 0) fail_as_lost();
        await(POLLIN | POLLOUT);
        if (PQconsumeInput(connection_.get()) == 0) fail_as_lost();
    }
}

/// The next result of what was sent; null after the last.
Connection::OwnedResult Connection::next_result() {
    if (!given_up_) flush();
    while (!given_up_ && PQisBusy(connection_.get()) != 0) {
        await(POLLIN);
        if (PQconsumeInput(connection_.get()) == 0) fail_as_lost();
    }
    return {given_up_ ? nullptr : PQgetResult(connection_.get()), PQclear};
}

/// The last result of what was `sent` (as libpq's PQsend functions return), or the first that
/// failed.
Rows Connection::answer(int sent) {
    if (sent == 0) fail_as_lost();
    OwnedResult last(nullptr, PQclear);
    while (auto next = next_result()) {
        const bool failed = last && PQresultStatus(last.get()) == PGRES_FATAL_ERROR;
        if (!failed) last = std::move(next);
    }
    if (!last) fail_as_lost();
    return checked(last.release());
}

Rows Connection::checked(PGresult* result) {
    Rows rows(result);
    const auto status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) fail(result);
    return rows;
}

Rows Connection::run(std::string_view sql, const Parameters& parameters) {
    if (!prepared_) return run_unprepared(sql, parameters);
    try {
        return run_prepared(sql, parameters);
    } catch (const ServerFailure& failure) {
        if (!is_poolers_doing(failure.sqlstate())) throw;
        spdlog::warn(
            "store: prepared statements get lost, as behind a connection pooler; going on without "
            "them (croquis_prepared=off in the store's URL says so from the start)");
        prepared_ = false;
        if (PQtransactionStatus(connection_.get()) != PQTRANS_IDLE)
            throw ServerFailure(Fault::busy, "A connection pooler lost a prepared statement.");
    }
    return run_unprepared(sql, parameters);
}

Rows Connection::run_unprepared(std::string_view sql, const Parameters& parameters) {
    return answer(PQsendQueryParams(connection_.get(), std::string(sql).c_str(), parameters.count(),
                                    parameters.types(), parameters.values(), parameters.lengths(),
                                    parameters.formats(), binary));
}

Rows Connection::run_prepared(std::string_view sql, const Parameters& parameters) {
    const auto& name = prepare(sql, parameters);
    return answer(PQsendQueryPrepared(connection_.get(), name.c_str(), parameters.count(),
                                      parameters.values(), parameters.lengths(),
                                      parameters.formats(), binary));
}

/// Named by what they say: should a pooler hand this connection another client's statement of the
/// same name, it is the same statement.
const std::string& Connection::prepare(std::string_view sql, const Parameters& parameters) {
    if (const auto known = names_.find(sql); known != names_.end()) return known->second;
    const auto name = "croquis_" + to_hex(BytesView(sha256(as_bytes(sql))).first(12));
    answer(PQsendPrepare(connection_.get(), name.c_str(), std::string(sql).c_str(),
                         parameters.count(), parameters.types()));
    return names_.emplace(sql, name).first->second;
}

void Connection::execute(const std::string& script) {
    answer(PQsendQuery(connection_.get(), script.c_str()));
}

void Connection::start_script(const std::string& script) {
    if (PQsendQuery(connection_.get(), script.c_str()) == 0) fail_as_lost();
    await_copy();
}

/// Passes over statements that need no data until one does, or the script ends.
void Connection::await_copy() {
    while (auto result = next_result()) {
        if (PQresultStatus(result.get()) == PGRES_COPY_IN) return;
        try {
            checked(result.release());
        } catch (...) {
            drain();
            throw;
        }
    }
}

/// Ends a script that failed. Where the connection fails too, there is nothing left to end.
void Connection::drain() {
    const auto drained = guarded([&] {
        while (auto rest = next_result())
            if (PQresultStatus(rest.get()) == PGRES_COPY_IN &&
                PQputCopyEnd(connection_.get(), "given up") != 1)
                return;
    });
    static_cast<void>(drained);
}

void Connection::feed(std::string_view data) {
    if (PQputCopyData(connection_.get(), data.data(), static_cast<int>(data.size())) != 1) {
        const auto thrown = failure("", trimmed(PQerrorMessage(connection_.get())));
        drain();
        throw thrown;
    }
    flush();
}

void Connection::end_copy() {
    if (PQputCopyEnd(connection_.get(), nullptr) != 1) fail_as_lost();
    await_copy();
}

void Connection::finish_script() {
    await_copy();
}

bool Connection::lost() const {
    return given_up_ || PQstatus(connection_.get()) != CONNECTION_OK;
}

bool Connection::broken() const {
    return lost() || PQtransactionStatus(connection_.get()) != PQTRANS_IDLE;
}

bool Connection::gone() const {
    pollfd socket{PQsocket(connection_.get()), POLLIN, 0};
    return broken() || poll(&socket, 1, 0) != 0;
}

Transaction::~Transaction() {
    if (!open_ || connection_.lost()) return;
    try {
        connection_.execute("ROLLBACK");
    } catch (const Failure& failure) {
        spdlog::warn("store: cannot roll back: {}", failure.what());
    }
}

void Transaction::commit() {
    open_ = false;
    connection_.execute("COMMIT");
}

}  // namespace croquis::store::postgres
