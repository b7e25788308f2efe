#include <spdlog/fmt/fmt.h>

#include "store/list_query.h"
#include "store/postgres/batch.h"
#include "store/postgres/rows.h"
#include "store/postgres/store.h"
#include "store/postgres/tag_rows.h"
#include "store/records.h"
#include "store/tagging.h"

namespace croquis::store::postgres {
namespace {

constexpr auto keys_swept_every = std::chrono::minutes(1);
constexpr std::int64_t keys_swept_at_once = 5000;
/// At most, for a billion drawings.
constexpr auto counting_takes = std::chrono::minutes(5);

Drawing find_drawing(Connection& connection, const Uuid& id) {
    const auto rows = connection.query(
        fmt::format("SELECT {} FROM drawing WHERE id = $1 AND {}", drawing_columns, shown), id);
    if (rows.empty()) throw no_drawing();
    return read_drawing(rows, 0);
}

/// After the predictions, those of one drawing oldest first.
Rows query_events(Connection& connection, const std::vector<Uuid>& ids) {
    return connection.query(
        "SELECT kind, from_tag, to_tag, tagged_by, user_id, tagged_at, note, version, undoes, "
        "drawing FROM tag_event WHERE drawing = ANY ($1) ORDER BY drawing, version",
        ids);
}

TagEvent read_event(const Rows& rows, int row) {
    TagEvent event;
    event.kind = tag_event_kind_from(rows.text(row, 0));
    event.from = rows.text(row, 1);
    event.to = rows.text(row, 2);
    event.by = rows.text(row, 3);
    event.by_id = uuid_or_none(rows, row, 4);
    event.at = rows.time(row, 5);
    event.note = rows.text(row, 6);
    event.version = rows.small(row, 7);
    if (!rows.null(row, 8)) event.undoes = rows.small(row, 8);
    return event;
}

}  // namespace

std::vector<TagEvent> events_of(Connection& connection, const Uuid& id) {
    const auto rows = query_events(connection, {id});
    std::vector<TagEvent> events;
    for (int row = 0; row < rows.count(); ++row) events.push_back(read_event(rows, row));
    return events;
}

namespace {

template <class Asked>
std::vector<Uuid> ids_of(const std::vector<Asked>& asked) {
    std::vector<Uuid> ids;
    ids.reserve(asked.size());
    for (const auto& each : asked) ids.push_back(each.drawing);
    return ids;
}

/// In one order everywhere, so that two transactions over the same drawings cannot wait for each
/// other.
TaggedDrawings lock_drawings(Connection& connection, const std::vector<Uuid>& ids) {
    const auto rows = connection.query(
        fmt::format("SELECT {} FROM drawing WHERE id = ANY ($1) AND {} ORDER BY id FOR UPDATE",
                    drawing_columns, shown),
        ids);
    TaggedDrawings drawings;
    for (auto& drawing : read_drawings(rows)) {
        const Uuid id = drawing.id;
        drawings.emplace(id, TaggedDrawing{std::move(drawing), {}});
    }
    return drawings;
}

AssignableLabels assignable_labels(Connection& connection) {
    const auto rows = connection.query("SELECT project, name FROM label WHERE NOT retired");
    AssignableLabels labels;
    for (int row = 0; row < rows.count(); ++row)
        labels.emplace(rows.small(row, 0), std::string(rows.text(row, 1)));
    return labels;
}

}  // namespace

void write_down(Connection& connection, const TagWrite& write) {
    const auto& [drawing, event] = write;
    connection.query(
        "WITH event AS (INSERT INTO tag_event (drawing, version, kind, from_tag, to_tag, "
        "tagged_by, user_id, tagged_at, note, undoes) "
        "VALUES ($1, $2, $6, $7, $8, $9, $10, $11, $12, $13)) "
        "UPDATE drawing SET tag = $8, version = $2, tagged_by = $3, tagged_by_id = $4, "
        "tagged_at = $5 WHERE id = $1",
        drawing.id, drawing.version, drawing.tagged_by, drawing.tagged_by_id, drawing.tagged_at,
        to_string(event.kind), event.from, event.to, event.by, event.by_id, event.at, event.note,
        event.undoes);
}

namespace {

std::vector<TagCount> count_tags(Connection& connection) {
    const Connection::Patience patience(connection, counting_takes);
    const auto rows = connection.query(tag_count_query);
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
        answers.push_back(answer ? std::move(answer->front())
                                 : Result<SubmitResult>(answer.error()));
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
            "JOIN drawing_content c ON c.drawing = d.id WHERE d.id = $1 AND d.withdrawn IS NULL",
            id);
        if (rows.empty()) throw no_drawing();
        const auto bytes = rows.blob(0, 0);
        return StoredImage{Bytes(bytes.begin(), bytes.end()), std::string(rows.text(0, 1)),
                           rows.digest(0, 2)};
    });
}

Result<std::string> PostgresStore::strokes(const Uuid& id) {
    return with_connection([&](Connection& connection) {
        const auto rows = connection.query(
            "SELECT c.strokes FROM drawing d JOIN drawing_content c ON c.drawing = d.id "
            "WHERE d.id = $1 AND d.withdrawn IS NULL",
            id);
        if (rows.empty()) throw no_drawing();
        return std::string(rows.text(0, 0));
    });
}

Result<std::vector<TagEvent>> PostgresStore::history(const Uuid& id) {
    return with_connection([&](Connection& connection) {
        auto events = events_of(connection, id);
        events.insert(events.begin(), first_event(find_drawing(connection, id)));
        return events;
    });
}

Result<std::vector<TagCount>> PostgresStore::tag_counts() {
    return guarded([&] { return tag_counts_.get([&] { return count_tags(*lend()); }); });
}

Result<std::vector<Result<Drawing>>> PostgresStore::change_tags(
    const std::vector<TagChange>& changes) {
    return in_transaction([&](Connection& connection) {
        auto drawings = lock_drawings(connection, ids_of(changes));
        const auto labels = assignable_labels(connection);
        const auto decide = [&](const TaggedDrawing& before, const TagChange& change) {
            return decide_change(before, change, labels);
        };
        const auto put_down = [&](const TagWrite& tag) { write_down(connection, tag); };
        return apply_to_tags(drawings, changes, decide, put_down);
    });
}

Result<std::vector<Result<Drawing>>> PostgresStore::undo_tags(const std::vector<TagUndo>& undos) {
    return in_transaction([&](Connection& connection) {
        const auto ids = ids_of(undos);
        auto drawings = lock_drawings(connection, ids);
        const auto rows = query_events(connection, ids);
        for (int row = 0; row < rows.count(); ++row)
            if (const auto of = drawings.find(rows.uuid(row, 9)); of != drawings.end())
                of->second.events.push_back(read_event(rows, row));
        const auto put_down = [&](const TagWrite& tag) { write_down(connection, tag); };
        return apply_to_tags(drawings, undos, decide_undo, put_down);
    });
}

}  // namespace croquis::store::postgres
