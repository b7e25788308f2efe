#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "store/asking.h"
#include "store/auditing.h"
#include "store/list_query.h"
#include "store/records.h"
#include "store/sqlite/audit_rows.h"
#include "store/sqlite/drawing_rows.h"
#include "store/sqlite/store.h"
#include "store/tagging.h"

namespace croquis::store::sqlite {
namespace {

constexpr auto keys_swept_every = std::chrono::minutes(1);
constexpr int keys_swept_at_once = 1000;

std::optional<Drawing> look_for_drawing(Connection& connection, const Uuid& id, Audience audience) {
    auto row = connection.query(drawing_query(audience), id);
    if (!row.step()) return std::nullopt;
    return read_drawing(row);
}

/// Of a key seen before: also one that is withdrawn, for the key stands for it still.
Drawing first_of_key(Connection& connection, const Uuid& id) {
    static const std::string sql =
        std::string("SELECT ") + drawing_columns + " FROM drawing WHERE id = $1";
    auto row = connection.query(sql, id);
    if (!row.step()) throw no_drawing();
    return read_drawing(row);
}

Drawing find_drawing(Connection& connection, const Uuid& id, const Viewer& viewer) {
    auto found = look_for_drawing(connection, id, viewer.audience);
    if (!found) throw no_drawing();
    require_in_view(found->project, viewer);
    return std::move(*found);
}

struct SeenKey {
    Sha256 digest;
    Uuid drawing;
};

std::optional<SeenKey> seen_key(Connection& connection, const std::string& key) {
    auto row = connection.query("SELECT digest, drawing FROM idempotency_key WHERE key = $1", key);
    if (!row.step()) return std::nullopt;
    return SeenKey{row.digest(0), row.uuid(1)};
}

void remember_key(Connection& connection, const Submission& submission) {
    connection.run(
        "INSERT INTO idempotency_key (key, digest, drawing, created_at) VALUES ($1, $2, $3, $4)",
        submission.idempotency_key, BytesView(submission.request_digest), submission.id,
        submission.created_at);
}

}  // namespace

void insert(Connection& connection, const Submission& submission) {
    connection.run("INSERT INTO drawing_content (image, strokes) VALUES ($1, $2)",
                   BytesView(submission.image), submission.strokes);
    const auto& prediction = submission.prediction;
    const auto withdrawal =
        submission.withdrawal ? std::optional(BytesView(*submission.withdrawal)) : std::nullopt;
    connection.run(
        "INSERT INTO drawing (id, content, created_at, media_type, width, height, sha256, source, "
        "model, predicted_tag, confidence, queue_place, probabilities, tag, project, "
        "external_id, file_name, pseudonym, withdrawal, import_job) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $10, $14, $15, $16, $17, "
        "$18, $19)",
        submission.id, connection.last_row(), submission.created_at, submission.media_type,
        submission.width, submission.height, BytesView(submission.sha256), submission.source,
        prediction.model, prediction.tag, prediction.confidence,
        queue_place(submission.id, prediction.probabilities), bytes_of(prediction.probabilities),
        submission.project, submission.external_id, submission.file_name, submission.pseudonym,
        withdrawal, submission.import_job);
    if (!submission.embedding) return;
    const auto& embedding = *submission.embedding;
    connection.run("INSERT INTO embedding (trunk, drawing, scale, vector) VALUES ($1, $2, $3, $4)",
                   embedding.trunk, submission.id, embedding.scale, bytes_of(embedding));
}

namespace {

Result<SubmitResult> store_one(Connection& connection, const Submission& submission) {
    if (!submission.idempotency_key.empty()) {
        if (const auto seen = seen_key(connection, submission.idempotency_key)) {
            if (seen->digest != submission.request_digest) return other_request();
            auto first = first_of_key(connection, seen->drawing);
            if (first.visibility == Visibility::deleted) return deleted_meanwhile();
            return SubmitResult{std::move(first), true};
        }
        remember_key(connection, submission);
    }
    insert(connection, submission);
    return SubmitResult{first_drawing(submission), false};
}

/// All or nothing: throws where one submission cannot be stored.
GroupCommit::Answers store_together(Connection& connection, const GroupCommit::Batch& batch) {
    Transaction transaction(connection);
    GroupCommit::Answers answers;
    answers.reserve(batch.size());
    for (const auto& submission : batch) answers.push_back(store_one(connection, submission));
    transaction.commit();
    return answers;
}

/// Only what is wrong with the submission itself may be answered to it alone.
bool is_its_own_fault(const Error& error) {
    return error.kind == ErrorKind::conflict || error.kind == ErrorKind::too_large;
}

Result<SubmitResult> store_in_savepoint(Connection& connection, const Submission& submission) {
    connection.run("SAVEPOINT submission");
    try {
        auto answer = store_one(connection, submission);
        connection.run("RELEASE submission");
        return answer;
    } catch (const Failure& failure) {
        if (!is_its_own_fault(failure.error())) throw;
        connection.run("ROLLBACK TO submission");
        connection.run("RELEASE submission");
        return failure.error();
    }
}

/// One commit still, but what one submission does wrong is undone alone.
GroupCommit::Answers store_apart(Connection& connection, const GroupCommit::Batch& batch) {
    Transaction transaction(connection);
    GroupCommit::Answers answers;
    for (const auto& submission : batch)
        answers.push_back(store_in_savepoint(connection, submission));
    transaction.commit();
    return answers;
}

/// For whoever has the token of its submission.
Drawing own_drawing(Connection& connection, const Withdrawal& withdrawal) {
    auto drawing = find_drawing(connection, withdrawal.drawing, Audience::annotators);
    if (withdrawal.project)
        require_in_view(drawing.project, {Audience::annotators, *withdrawal.project});
    auto row = connection.query("SELECT withdrawal FROM drawing WHERE id = $1", drawing.id);
    const auto digest = row.step() && !row.null(0) ? std::optional(row.digest(0)) : std::nullopt;
    if (const auto own = check_withdrawal(drawing, digest, withdrawal); !own)
        throw Failure(own.error());
    return drawing;
}

template <class Asked>
TaggedDrawings drawings_of(Connection& connection, const std::vector<Asked>& asked) {
    static const std::string sql =
        fmt::format("SELECT {} FROM drawing WHERE id = $1 AND {}", tagging_columns(), not_deleted);
    TaggedDrawings drawings;
    for (const auto& each : asked) {
        auto row = connection.query(sql, each.drawing);
        if (!row.step()) continue;
        TaggedDrawing found{read_drawing(row), {}};
        found.opinions_wanted = row.small(opinions_wanted_column);
        drawings.emplace(each.drawing, std::move(found));
    }
    return drawings;
}

/// What is needed of a drawing about which several people are asked.
void read_opinions(Connection& connection, TaggedDrawing& tagged) {
    tagged.events = events_of(connection, tagged.drawing.id);
    if (tagged.opinions_wanted > 1)
        tagged.merged = label_merges(connection, tagged.drawing.project);
}

std::vector<TagCount> count_tags(Connection& connection, int project) {
    auto rows = connection.query(tag_count_query, project);
    std::vector<TagCount> counts;
    while (rows.step()) counts.push_back({rows.text(0), rows.integer(1)});
    return counts;
}

}  // namespace

void SqliteStore::submit(Submission submission, SubmitHandler done) {
    if (const auto valid = check(submission); !valid) return done(valid.error());
    commits_.submit(std::move(submission), std::move(done));
}

GroupCommit::Answers SqliteStore::commit(GroupCommit::Batch& batch) {
    Connection& connection = writer();
    forget_old_keys(connection);
    try {
        return store_together(connection, batch);
    } catch (const Failure& failure) {
        if (!is_its_own_fault(failure.error())) throw;
    }
    return store_apart(connection, batch);
}

/// A little at a time, so that no batch waits for it long.
void SqliteStore::forget_old_keys(Connection& connection) {
    const auto time = std::chrono::steady_clock::now();
    if (time < keys_due_) return;
    const auto forgotten = connection.run(
        "DELETE FROM idempotency_key WHERE id IN (SELECT id FROM idempotency_key ORDER BY id LIMIT "
        "$1) AND created_at < $2",
        keys_swept_at_once, now() - idempotency_keys_last);
    if (forgotten < keys_swept_at_once) keys_due_ = time + keys_swept_every;
}

namespace {

auto rows_of(Connection& connection, const ListStatement& statement) {
    auto rows = connection.prepare(statement.sql);
    int at = 0;
    for (const auto& value : statement.values)
        std::visit([&](const auto& each) { rows.bind(++at, each); }, value);
    return rows;
}

bool few_are_named(Connection& connection, const Query& query) {
    const auto counting = named_statement(query);
    if (!counting) return false;
    auto counted = rows_of(connection, *counting);
    return counted.step() && are_few(counted.integer(0));
}

/// Of drawings of one project.
void tell_opinions(Connection& connection, const std::optional<Uuid>& told,
                   std::vector<Drawing>& drawings) {
    const auto statement = told_statement(told, drawings);
    if (!statement) return;
    OwnOpinions own(label_merges(connection, drawings.front().project));
    auto rows = rows_of(connection, *statement);
    while (rows.step()) own.add(rows.uuid(0), rows.text(1));
    std::move(own).tell(drawings);
}

Drawing drawing_told(Connection& connection, const Uuid& id, const Viewer& viewer) {
    std::vector<Drawing> drawings{find_drawing(connection, id, viewer)};
    tell_opinions(connection, viewer.told, drawings);
    return std::move(drawings.front());
}

}  // namespace

Result<Page> SqliteStore::list(const Query& query) {
    return read([&](Connection& connection) {
        const auto statement = list_statement(query, few_are_named(connection, query));
        if (!statement) throw Failure(statement.error());
        auto rows = rows_of(connection, *statement);
        std::vector<Listed> listed;
        listed.reserve(query.limit + 1);
        while (rows.step())
            listed.push_back(
                {read_drawing(rows), rows.small(place_column), rows.small(looked_at_column) != 0});
        auto page = page_of(std::move(listed), query);
        tell_opinions(connection, query.told, page.drawings);
        return page;
    });
}

Result<Drawing> SqliteStore::drawing(const Uuid& id, const Viewer& viewer) {
    return read([&](Connection& connection) { return drawing_told(connection, id, viewer); });
}

Result<StoredImage> SqliteStore::image(const Uuid& id, const Viewer& viewer,
                                       const std::optional<Sha256>& known) {
    return read([&](Connection& connection) {
        auto row = connection.query(image_query(viewer.audience), id);
        if (!row.step()) throw no_drawing();
        require_in_view(row.small(2), viewer);
        StoredImage image{{}, row.text(0), row.digest(1)};
        if (image.sha256 == known) return image;
        auto content = connection.query(
            "SELECT image FROM drawing_content WHERE id = (SELECT content FROM drawing WHERE id = "
            "$1)",
            id);
        if (!content.step()) throw no_drawing();
        const auto bytes = content.blob(0);
        image.bytes.assign(bytes.begin(), bytes.end());
        return image;
    });
}

Result<std::string> SqliteStore::strokes(const Uuid& id, const Viewer& viewer) {
    return read([&](Connection& connection) {
        auto row = connection.query(fmt::format("SELECT c.strokes, d.project FROM drawing d JOIN "
                                                "drawing_content c ON c.id = d.content "
                                                "WHERE d.id = $1 AND {}",
                                                visible_to(viewer.audience)),
                                    id);
        if (!row.step()) throw no_drawing();
        require_in_view(row.small(1), viewer);
        return row.text(0);
    });
}

Result<std::vector<TagEvent>> SqliteStore::history(const Uuid& id, const Viewer& viewer) {
    return read([&](Connection& connection) {
        auto events = events_of(connection, id);
        events.insert(events.begin(), first_event(find_drawing(connection, id, viewer)));
        return events;
    });
}

Result<std::vector<TagCount>> SqliteStore::tag_counts(int project) {
    return guarded([&] {
        return tag_counts_.get(project, [&] { return count_tags(*readers_.lend(), project); });
    });
}

Result<std::vector<Result<Drawing>>> SqliteStore::change_tags(
    const std::vector<TagChange>& changes) {
    return write([&](Connection& connection) {
        auto drawings = drawings_of(connection, changes);
        for (auto& [id, tagged] : drawings) {
            tagged.claim = claim_of(connection, id);
            if (tagged.opinions_wanted > 1) read_opinions(connection, tagged);
        }
        const auto labels = assignable_among(connection, labels_given(drawings, changes));
        const auto decide = [&](const TaggedDrawing& before, const TagChange& change) {
            return decide_change(before, change, labels);
        };
        const auto put_down = [&](const TagWrite& tag) { write_down(connection, tag); };
        return apply_to_tags(drawings, changes, decide, put_down);
    });
}

Result<std::vector<Result<Drawing>>> SqliteStore::undo_tags(const std::vector<TagUndo>& undos) {
    return write([&](Connection& connection) {
        auto drawings = drawings_of(connection, undos);
        for (auto& [id, tagged] : drawings) read_opinions(connection, tagged);
        const auto put_down = [&](const TagWrite& tag) { write_down(connection, tag); };
        return apply_to_tags(drawings, undos, decide_undo, put_down);
    });
}

Result<std::vector<Result<Drawing>>> SqliteStore::change_flags(
    const std::vector<FlagChange>& changes) {
    return write([&](Connection& connection) {
        auto drawings = drawings_of(connection, changes);
        const auto put_down = [&](const TagWrite& tag) { write_down(connection, tag); };
        return apply_to_tags(drawings, changes, decide_flag, put_down);
    });
}

Result<std::vector<Result<Drawing>>> SqliteStore::change_visibility(
    const std::vector<VisibilityChange>& changes) {
    return write([&](Connection& connection) {
        auto drawings = drawings_of(connection, changes);
        const auto put_down = [&](const TagWrite& tag) {
            write_down(connection, tag);
            write_down(connection, audit_of(drawings.at(tag.drawing.id).drawing, tag));
        };
        return apply_to_tags(drawings, changes, decide_visibility, put_down);
    });
}

Result<void> SqliteStore::withdraw(const Withdrawal& withdrawal) {
    return write([&](Connection& connection) {
        const TaggedDrawing before{own_drawing(connection, withdrawal), {}};
        const auto deleted =
            decide_visibility(before, {withdrawal.drawing, Visibility::deleted, std::nullopt,
                                       withdrawal.at, VersionCondition::any()});
        if (!deleted) throw Failure(deleted.error());
        write_down(connection, *deleted);
        write_down(connection, audit_of(before.drawing, *deleted));
    });
}

Result<Drawing> SqliteStore::suggest(const Withdrawal& by, const std::string& tag) {
    return write([&](Connection& connection) {
        const TaggedDrawing before{own_drawing(connection, by), events_of(connection, by.drawing)};
        auto made = decide_suggestion(
            before, tag, by.at, assignable_among(connection, {{before.drawing.project, tag}}));
        if (!made) throw Failure(made.error());
        write_down(connection, *made);
        return std::move(made->drawing);
    });
}

}  // namespace croquis::store::sqlite
