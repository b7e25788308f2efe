#include <spdlog/fmt/fmt.h>

#include "store/auditing.h"
#include "store/list_query.h"
#include "store/postgres/audit_rows.h"
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

Drawing find_drawing(Connection& connection, const Uuid& id, const Viewer& viewer) {
    const auto rows = connection.query(drawing_query(viewer.audience), id);
    if (rows.empty()) throw no_drawing();
    auto drawing = read_drawing(rows, 0);
    require_in_view(drawing.project, viewer);
    return drawing;
}

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
                    tagging_columns(), not_deleted),
        ids);
    TaggedDrawings drawings;
    for (int row = 0; row < rows.count(); ++row) {
        TaggedDrawing found{read_drawing(rows, row), {}};
        found.opinions_wanted = rows.small(row, opinions_wanted_column);
        const Uuid id = found.drawing.id;
        drawings.emplace(id, std::move(found));
    }
    return drawings;
}

void read_events(Connection& connection, TaggedDrawings& drawings, const std::vector<Uuid>& ids) {
    const auto rows = query_events(connection, ids);
    for (int row = 0; row < rows.count(); ++row)
        if (const auto of = drawings.find(rows.uuid(row, 9)); of != drawings.end())
            of->second.events.push_back(read_event(rows, row));
}

/// The events of those about which several people are asked.
void read_opinions(Connection& connection, TaggedDrawings& drawings) {
    std::vector<Uuid> ids;
    for (const auto& [id, tagged] : drawings)
        if (tagged.opinions_wanted > 1) ids.push_back(id);
    if (!ids.empty()) read_events(connection, drawings, ids);
}

/// For those, what their projects' labels were merged into.
void read_merges(Connection& connection, TaggedDrawings& drawings) {
    std::map<int, LabelMerges> merges;
    for (auto& [id, tagged] : drawings) {
        if (tagged.opinions_wanted <= 1) continue;
        const int project = tagged.drawing.project;
        if (!merges.contains(project)) merges[project] = label_merges(connection, project);
        tagged.merged = merges[project];
    }
}

/// For whoever has the token of its submission.
Drawing lock_own_drawing(Connection& connection, const Withdrawal& withdrawal) {
    auto found = lock_drawings(connection, {withdrawal.drawing});
    if (found.empty()) throw no_drawing();
    auto drawing = std::move(found.begin()->second.drawing);
    if (withdrawal.project)
        require_in_view(drawing.project, {Audience::annotators, *withdrawal.project});
    const auto rows = connection.query("SELECT withdrawal FROM drawing WHERE id = $1", drawing.id);
    const auto digest =
        rows.empty() || rows.null(0, 0) ? std::nullopt : std::optional(rows.digest(0, 0));
    if (const auto own = check_withdrawal(drawing, digest, withdrawal); !own)
        throw Failure(own.error());
    return drawing;
}

std::vector<TagCount> count_tags(Connection& connection, int project) {
    const Connection::Patience patience(connection, counting_takes);
    const auto rows = connection.query(tag_count_query, project);
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

namespace {

auto rows_of(Connection& connection, const ListStatement& statement) {
    Parameters parameters;
    for (const auto& value : statement.values)
        std::visit([&](const auto& each) { parameters.add(each); }, value);
    return connection.run(statement.sql, parameters);
}

bool few_are_named(Connection& connection, const Query& query) {
    const auto counting = named_statement(query);
    if (!counting) return false;
    const auto counted = rows_of(connection, *counting);
    return are_few(counted.integer(0, 0));
}

/// Of drawings of one project.
void tell_opinions(Connection& connection, const std::optional<Uuid>& told,
                   std::vector<Drawing>& drawings) {
    const auto statement = told_statement(told, drawings);
    if (!statement) return;
    OwnOpinions own(label_merges(connection, drawings.front().project));
    const auto rows = rows_of(connection, *statement);
    for (int row = 0; row < rows.count(); ++row)
        own.add(rows.uuid(row, 0), std::string(rows.text(row, 1)));
    std::move(own).tell(drawings);
}

Drawing drawing_told(Connection& connection, const Uuid& id, const Viewer& viewer) {
    std::vector<Drawing> drawings{find_drawing(connection, id, viewer)};
    tell_opinions(connection, viewer.told, drawings);
    return std::move(drawings.front());
}

}  // namespace

Result<Page> PostgresStore::list(const Query& query) {
    return with_connection([&](Connection& connection) {
        const auto statement = list_statement(query, few_are_named(connection, query));
        if (!statement) throw Failure(statement.error());
        const auto rows = rows_of(connection, *statement);
        std::vector<Listed> listed;
        listed.reserve(static_cast<std::size_t>(rows.count()));
        for (int row = 0; row < rows.count(); ++row)
            listed.push_back({read_drawing(rows, row), rows.small(row, place_column),
                              rows.small(row, looked_at_column) != 0});
        auto page = page_of(std::move(listed), query);
        tell_opinions(connection, query.told, page.drawings);
        return page;
    });
}

Result<Drawing> PostgresStore::drawing(const Uuid& id, const Viewer& viewer) {
    return with_connection(
        [&](Connection& connection) { return drawing_told(connection, id, viewer); });
}

Result<StoredImage> PostgresStore::image(const Uuid& id, const Viewer& viewer,
                                         const std::optional<Sha256>& known) {
    return with_connection([&](Connection& connection) {
        const auto rows = connection.query(image_query(viewer.audience), id);
        if (rows.empty()) throw no_drawing();
        require_in_view(rows.small(0, 2), viewer);
        StoredImage image{{}, std::string(rows.text(0, 0)), rows.digest(0, 1)};
        if (image.sha256 == known) return image;
        const auto content =
            connection.query("SELECT image FROM drawing_content WHERE drawing = $1", id);
        if (content.empty()) throw no_drawing();
        const auto bytes = content.blob(0, 0);
        image.bytes.assign(bytes.begin(), bytes.end());
        return image;
    });
}

Result<std::string> PostgresStore::strokes(const Uuid& id, const Viewer& viewer) {
    return with_connection([&](Connection& connection) {
        const auto rows = connection.query(fmt::format("SELECT c.strokes, d.project FROM drawing d "
                                                       "JOIN drawing_content c ON c.drawing = d.id "
                                                       "WHERE d.id = $1 AND {}",
                                                       visible_to(viewer.audience)),
                                           id);
        if (rows.empty()) throw no_drawing();
        require_in_view(rows.small(0, 1), viewer);
        return std::string(rows.text(0, 0));
    });
}

Result<std::vector<TagEvent>> PostgresStore::history(const Uuid& id, const Viewer& viewer) {
    return with_connection([&](Connection& connection) {
        auto events = events_of(connection, id);
        events.insert(events.begin(), first_event(find_drawing(connection, id, viewer)));
        return events;
    });
}

Result<std::vector<TagCount>> PostgresStore::tag_counts(int project) {
    return guarded(
        [&] { return tag_counts_.get(project, [&] { return count_tags(*lend(), project); }); });
}

Result<std::vector<Result<Drawing>>> PostgresStore::change_tags(
    const std::vector<TagChange>& changes) {
    return in_transaction([&](Connection& connection) {
        const auto ids = ids_of(changes);
        auto drawings = lock_drawings(connection, ids);
        for (const auto& [id, claim] : claims_of(connection, ids))
            if (const auto of = drawings.find(id); of != drawings.end()) of->second.claim = claim;
        read_opinions(connection, drawings);
        read_merges(connection, drawings);
        const auto labels = assignable_among(connection, labels_given(drawings, changes));
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
        read_events(connection, drawings, ids);
        read_merges(connection, drawings);
        const auto put_down = [&](const TagWrite& tag) { write_down(connection, tag); };
        return apply_to_tags(drawings, undos, decide_undo, put_down);
    });
}

Result<std::vector<Result<Drawing>>> PostgresStore::change_flags(
    const std::vector<FlagChange>& changes) {
    return in_transaction([&](Connection& connection) {
        auto drawings = lock_drawings(connection, ids_of(changes));
        const auto put_down = [&](const TagWrite& tag) { write_down(connection, tag); };
        return apply_to_tags(drawings, changes, decide_flag, put_down);
    });
}

Result<std::vector<Result<Drawing>>> PostgresStore::change_visibility(
    const std::vector<VisibilityChange>& changes) {
    return in_transaction([&](Connection& connection) {
        auto drawings = lock_drawings(connection, ids_of(changes));
        const auto put_down = [&](const TagWrite& tag) {
            write_down(connection, tag);
            write_down(connection, audit_of(drawings.at(tag.drawing.id).drawing, tag));
        };
        return apply_to_tags(drawings, changes, decide_visibility, put_down);
    });
}

Result<void> PostgresStore::withdraw(const Withdrawal& withdrawal) {
    return in_transaction([&](Connection& connection) {
        const TaggedDrawing before{lock_own_drawing(connection, withdrawal), {}};
        const auto deleted =
            decide_visibility(before, {withdrawal.drawing, Visibility::deleted, std::nullopt,
                                       withdrawal.at, VersionCondition::any()});
        if (!deleted) throw Failure(deleted.error());
        write_down(connection, *deleted);
        write_down(connection, audit_of(before.drawing, *deleted));
    });
}

Result<Drawing> PostgresStore::suggest(const Withdrawal& by, const std::string& tag) {
    return in_transaction([&](Connection& connection) {
        TaggedDrawing before{lock_own_drawing(connection, by), {}};
        const auto rows = query_events(connection, {by.drawing});
        for (int row = 0; row < rows.count(); ++row) before.events.push_back(read_event(rows, row));
        auto made = decide_suggestion(
            before, tag, by.at, assignable_among(connection, {{before.drawing.project, tag}}));
        if (!made) throw Failure(made.error());
        write_down(connection, *made);
        return std::move(made->drawing);
    });
}

}  // namespace croquis::store::postgres
