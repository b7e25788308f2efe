#include <spdlog/fmt/fmt.h>

#include "core/time.h"
#include "store/auditing.h"
#include "store/postgres/audit_rows.h"
#include "store/postgres/job_rows.h"
#include "store/postgres/rows.h"
#include "store/postgres/store.h"
#include "store/records.h"

namespace croquis::store::postgres {
namespace {

/// Any number, as long as nobody else locks it: "promote" in ASCII.
constexpr std::int64_t promotion_lock = 0x70726f6d6f7465;

Model read_model(const Rows& rows, int row) {
    Model model{std::string(rows.text(row, 0)), std::string(rows.text(row, 1)), rows.digest(row, 2),
                model_state_from(rows.text(row, 3)), rows.time(row, 4)};
    model.kind = model_kind_from(rows.text(row, 5));
    model.parent = text_or_none(rows, row, 6);
    model.lineage = rows.text(row, 7);
    model.project = rows.small(row, 8);
    model.promoted_at = time_or_none(rows, row, 9);
    return model;
}

/// Whether it was not there.
bool insert_model(Connection& connection, const Model& model, BytesView onnx) {
    return connection
               .query(
                   "INSERT INTO model (id, card, sha256, state, created_at, onnx, kind, parent, "
                   "lineage, project) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING",
                   model.id, model.card, model.sha256, to_string(model.state), model.created_at,
                   onnx, to_string(model.kind), model.parent, model.lineage, model.project)
               .affected() > 0;
}

std::optional<std::string> live_id(Connection& connection, int project) {
    const auto rows =
        connection.query("SELECT id FROM model WHERE state = 'live' AND project = $1", project);
    return rows.empty() ? std::nullopt : std::optional(std::string(rows.text(0, 0)));
}

/// In place of the one that was live. `why` is Project::rolled_back from then on.
void make_live(Connection& connection, const std::string& id, int project,
               const std::optional<std::string>& why) {
    connection.query(
        "UPDATE model SET state = 'retired' WHERE state = 'live' AND project = $1 AND id <> $2",
        project, id);
    connection.query(make_live_sql, now(), id);
    if (project != shapes_project)
        connection.query("UPDATE project SET live_model = $1 WHERE id = $2", id, project);
    connection.query("UPDATE project SET rolled_back = $1 WHERE id = $2", why, project);
}

/// Whether what the policy decided by still holds; the project's row is locked.
bool holds(Connection& connection, const PolicyRollBack& how) {
    const auto wanted =
        connection.query(std::string(may_roll_back_sql) + " FOR UPDATE", how.project);
    if (wanted.empty()) return false;
    const auto live = connection.query(
        "SELECT promoted_at FROM model WHERE state = 'live' AND id = $1", how.from);
    return !live.empty() && time_or_none(live, 0, 0) == how.promoted_at;
}

bool has_model(Connection& connection, const std::string& id, int project) {
    return !connection.query("SELECT 1 FROM model WHERE id = $1 AND project = $2", id, project)
                .empty();
}

}  // namespace

Result<void> PostgresStore::add_model(const Model& model, BytesView onnx) {
    return with_connection([&](Connection& connection) {
        if (!insert_model(connection, model, onnx)) throw model_there();
    });
}

Result<void> PostgresStore::add_model_by(const BegunJob& begun, const Model& model,
                                         BytesView onnx) {
    return in_transaction([&](Connection& connection) {
        insert_model(connection, model, onnx);
        add_begun(connection, begun);
    });
}

Result<std::vector<Model>> PostgresStore::models() {
    return with_connection([](Connection& connection) {
        const auto rows = connection.query(
            fmt::format("SELECT {} FROM model ORDER BY created_at, row", model_columns));
        return read_all(rows, read_model);
    });
}

Result<Model> PostgresStore::model(const std::string& id) {
    return with_connection([&](Connection& connection) {
        const auto rows =
            connection.query(fmt::format("SELECT {} FROM model WHERE id = $1", model_columns), id);
        if (rows.empty()) throw no_model();
        return read_model(rows, 0);
    });
}

Result<Bytes> PostgresStore::model_onnx(const std::string& id) {
    return with_connection([&](Connection& connection) {
        const auto rows = connection.query("SELECT onnx FROM model WHERE id = $1", id);
        if (rows.empty()) throw no_model();
        const auto bytes = rows.blob(0, 0);
        return Bytes(bytes.begin(), bytes.end());
    });
}

/// Under the lock of promotions, so that none makes it live meanwhile.
Result<void> PostgresStore::remove_model(const std::string& id, int project, const Author& by) {
    return in_transaction([&](Connection& connection) {
        connection.query("SELECT pg_advisory_xact_lock($1)", promotion_lock);
        const auto found = connection.query(
            "SELECT state, sha256 FROM model WHERE id = $1 AND project = $2 FOR UPDATE", id,
            project);
        if (found.empty()) throw no_model();
        if (model_state_from(found.text(0, 0)) == ModelState::live) throw model_is_live();
        if (!connection.query("SELECT 1 FROM model WHERE parent = $1", id).empty())
            throw model_has_others();
        const auto digest = found.digest(0, 1);
        connection.query("DELETE FROM model WHERE id = $1", id);
        write_down(connection, audit_of_removed_model(id, project, digest, by));
    });
}

Result<void> PostgresStore::promote_model(const std::string& id, const Promotion& how) {
    return in_transaction([&](Connection& connection) {
        connection.query("SELECT pg_advisory_xact_lock($1)", promotion_lock);
        const auto rows = connection.query("SELECT project FROM model WHERE id = $1", id);
        if (rows.empty()) throw no_model();
        const int project = rows.small(0, 0);
        const auto before = live_id(connection, project);
        if (before == id) return;
        make_live(connection, id, project, std::nullopt);
        write_down(connection, audit_of_promotion(id, project, before, how));
    });
}

Result<void> PostgresStore::roll_back(const PolicyRollBack& how) {
    return in_transaction([&](Connection& connection) {
        connection.query("SELECT pg_advisory_xact_lock($1)", promotion_lock);
        if (!holds(connection, how)) throw not_rolled_back();
        if (!has_model(connection, how.to, how.project)) throw no_model();
        make_live(connection, how.to, how.project, how.why);
        write_down(connection, audit_of(how));
    });
}

Result<Model> PostgresStore::model_before(int project) {
    return with_connection([project](Connection& connection) {
        const auto rows = connection.query(model_before_sql(), project);
        if (rows.empty()) throw Failure(ErrorKind::not_found, "No model was live before.");
        return read_model(rows, 0);
    });
}

Result<Model> PostgresStore::live_model(int project) {
    return with_connection([project](Connection& connection) {
        const auto rows = connection.query(
            fmt::format("SELECT {} FROM model WHERE state = 'live' AND project = $1",
                        model_columns),
            project);
        if (rows.empty()) throw Failure(ErrorKind::not_found, "No model is live.");
        return read_model(rows, 0);
    });
}

}  // namespace croquis::store::postgres
