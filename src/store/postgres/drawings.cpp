#include <spdlog/fmt/fmt.h>

#include "store/list_query.h"
#include "store/postgres/batch.h"
#include "store/postgres/rows.h"
#include "store/postgres/store.h"
#include "store/records.h"

namespace croquis::store::postgres {
namespace {

constexpr auto keys_swept_every = std::chrono::minutes(1);
constexpr std::int64_t keys_swept_at_once = 5000;

Drawing find_drawing(Connection& connection, const Uuid& id) {
    const auto rows =
        connection.query(fmt::format("SELECT {} FROM drawing WHERE id = $1", drawing_columns), id);
    if (rows.empty()) throw no_drawing();
    return read_drawing(rows, 0);
}

std::vector<TagCount> count_tags(Connection& connection) {
    const auto rows =
        connection.query("SELECT tag, count(*) FROM drawing GROUP BY tag ORDER BY tag");
    std::vector<TagCount> counts;
    counts.reserve(static_cast<std::size_t>(rows.count()));
    for (int row = 0; row < rows.count(); ++row)
        counts.push_back({std::string(rows.text(row, 0)), rows.integer(row, 1)});
    return counts;
}

/// Only what is wrong with a submission itself, not with the server, is worth finding out.
bool is_one_submissions_fault(const Error& error) {
    return error.kind == ErrorKind::conflict || error.kind == ErrorKind::invalid;
}

/// Each in a transaction of its own, so that what one does wrong fails it alone.
GroupCommit::Answers store_apart(Connection& connection, GroupCommit::Batch& batch) {
    GroupCommit::Answers answers;
    for (auto& submission : batch) {
        GroupCommit::Batch alone;
        alone.push_back(std::move(submission));
        auto answer = guarded([&] { return store_batch(connection, alone); });
        answers.push_back(answer ? std::move(answer->front()) : Result<Submitted>(answer.error()));
    }
    return answers;
}

}  // namespace

void PostgresStore::submit(Submission submission, SubmitHandler done) {
    if (const auto valid = check(submission); !valid) return done(valid.error());
    commits_.submit(std::move(submission), std::move(done));
}

GroupCommit::Answers PostgresStore::commit(std::size_t writer_number, GroupCommit::Batch& batch) {
    Connection& connection = writer(writer_number);
    forget_old_keys(connection);
    try {
        return store_batch(connection, batch);
    } catch (const Failure& failure) {
        if (!is_one_submissions_fault(failure.error())) throw;
    }
    return store_apart(connection, batch);
}

/// A little at a time, so that no batch waits for it long; other processes' share is skipped.
void PostgresStore::forget_old_keys(Connection& connection) {
    const auto time = std::chrono::steady_clock::now();
    if (time < keys_due_.load()) return;
    keys_due_ = time + keys_swept_every;
    const auto forgotten = connection.query(
        "DELETE FROM idempotency_key WHERE key IN (SELECT key FROM idempotency_key "
        "WHERE created_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
        now() - idempotency_keys_last, keys_swept_at_once);
    if (forgotten.affected() == keys_swept_at_once) keys_due_ = time;
}

Result<Page> PostgresStore::list(const Query& query) {
    const auto statement = list_statement(query);
    if (!statement) return statement.error();
    return with_connection([&](Connection& connection) {
        Parameters parameters;
        for (const auto& value : statement->values)
            std::visit([&](const auto& each) { parameters.add(each); }, value);
        return page_of(read_drawings(connection.run(statement->sql, parameters)), query);
    });
}

Result<Drawing> PostgresStore::drawing(const Uuid& id) {
    return with_connection([&](Connection& connection) { return find_drawing(connection, id); });
}

Result<StoredImage> PostgresStore::image(const Uuid& id) {
    return with_connection([&](Connection& connection) {
        const auto rows = connection.query(
            "SELECT c.image, d.media_type, d.sha256 FROM drawing d "
            "JOIN drawing_content c ON c.drawing = d.id WHERE d.id = $1",
            id);
        if (rows.empty()) throw no_drawing();
        const auto bytes = rows.blob(0, 0);
        return StoredImage{Bytes(bytes.begin(), bytes.end()), std::string(rows.text(0, 1)),
                           rows.digest(0, 2)};
    });
}

Result<std::string> PostgresStore::strokes(const Uuid& id) {
    return with_connection([&](Connection& connection) {
        const auto rows =
            connection.query("SELECT strokes FROM drawing_content WHERE drawing = $1", id);
        if (rows.empty()) throw no_drawing();
        return std::string(rows.text(0, 0));
    });
}

Result<std::vector<TagEvent>> PostgresStore::history(const Uuid& id) {
    return with_connection([&](Connection& connection) {
        std::vector<TagEvent> events{first_event(find_drawing(connection, id))};
        const auto rows = connection.query(
            "SELECT from_tag, to_tag, tagged_by, tagged_at, reason, version FROM tag_event "
            "WHERE drawing = $1 ORDER BY version",
            id);
        for (int row = 0; row < rows.count(); ++row)
            events.push_back({std::string(rows.text(row, 0)), std::string(rows.text(row, 1)),
                              std::string(rows.text(row, 2)), rows.time(row, 3),
                              std::string(rows.text(row, 4)), rows.small(row, 5)});
        return events;
    });
}

Result<std::vector<TagCount>> PostgresStore::tag_counts() {
    return guarded(
        [&] { return tag_counts_.get([&] { return count_tags(*connections_.lend()); }); });
}

/// One statement, hence one transaction: the change, and its entry in the history.
Result<Drawing> PostgresStore::change_tag(const TagChange& change) {
    return with_connection([&](Connection& connection) {
        const auto rows = connection.query(
            fmt::format(
                "WITH before AS (SELECT tag AS from_tag FROM drawing WHERE id = $1), "
                "changed AS (UPDATE drawing SET tag = $2, version = version + 1, tagged_by = $3, "
                "tagged_at = $4 WHERE id = $1 AND version = $5 RETURNING {0}), "
                "event AS (INSERT INTO tag_event (drawing, version, from_tag, to_tag, tagged_by, "
                "tagged_at, reason) SELECT id, version, from_tag, tag, tagged_by, tagged_at, $6 "
                "FROM changed, before) "
                "SELECT {0} FROM changed",
                drawing_columns),
            change.drawing, change.to, change.by, change.at, change.expected_version,
            change.reason);
        if (!rows.empty()) return read_drawing(rows, 0);
        throw stale_version(find_drawing(connection, change.drawing).version);
    });
}

}  // namespace croquis::store::postgres
