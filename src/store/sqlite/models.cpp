#include <spdlog/fmt/fmt.h>

#include "core/time.h"
#include "store/auditing.h"
#include "store/records.h"
#include "store/sqlite/audit_rows.h"
#include "store/sqlite/job_rows.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/store.h"

namespace croquis::store::sqlite {
namespace {

Model read_model(const Statement& row) {
    Model model{row.text(0), row.text(1), row.digest(2), model_state_from(row.text(3)),
                row.time(4)};
    model.kind = model_kind_from(row.text(5));
    if (!row.null(6)) model.parent = row.text(6);
    model.lineage = row.text(7);
    model.project = row.small(8);
    if (!row.null(9)) model.promoted_at = row.time(9);
    return model;
}

/// Whether it was not there.
bool insert_model(Connection& connection, const Model& model, BytesView onnx) {
    return connection.run(
               "INSERT INTO model (id, card, sha256, state, created_at, onnx, kind, parent, "
               "lineage, project) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING",
               model.id, model.card, BytesView(model.sha256), to_string(model.state),
               model.created_at, onnx, to_string(model.kind), model.parent, model.lineage,
               model.project) > 0;
}

std::optional<std::string> live_id(Connection& connection, int project) {
    auto row =
        connection.query("SELECT id FROM model WHERE state = 'live' AND project = $1", project);
    return row.step() ? std::optional(row.text(0)) : std::nullopt;
}

/// In place of the one that was live. `why` is Project::rolled_back from then on.
void make_live(Connection& connection, const std::string& id, int project,
               const std::optional<std::string>& why) {
    connection.run(
        "UPDATE model SET state = 'retired' WHERE state = 'live' AND project = $1 AND id <> $2",
        project, id);
    connection.run(make_live_sql, now(), id);
    if (project != shapes_project)
        connection.run("UPDATE project SET live_model = $1 WHERE id = $2", id, project);
    connection.run("UPDATE project SET rolled_back = $1 WHERE id = $2", why, project);
}

/// Whether what the policy decided by still holds.
bool holds(Connection& connection, const PolicyRollBack& how) {
    auto wanted = connection.query(may_roll_back_sql, how.project);
    if (!wanted.step()) return false;
    auto live = connection.query("SELECT promoted_at FROM model WHERE state = 'live' AND id = $1",
                                 how.from);
    return live.step() && time_or_none(live, 0) == how.promoted_at;
}

bool has_model(Connection& connection, const std::string& id, int project) {
    return connection.query("SELECT 1 FROM model WHERE id = $1 AND project = $2", id, project)
        .step();
}

}  // namespace

Result<void> SqliteStore::add_model(const Model& model, BytesView onnx) {
    return write([&](Connection& connection) {
        if (!insert_model(connection, model, onnx)) throw model_there();
    });
}

Result<void> SqliteStore::add_model_by(const BegunJob& begun, const Model& model, BytesView onnx) {
    return write([&](Connection& connection) {
        insert_model(connection, model, onnx);
        add_begun(connection, begun);
    });
}

Result<std::vector<Model>> SqliteStore::models() {
    return read([&](Connection& connection) {
        auto rows = connection.query(
            fmt::format("SELECT {} FROM model ORDER BY created_at, row", model_columns));
        std::vector<Model> models;
        while (rows.step()) models.push_back(read_model(rows));
        return models;
    });
}

Result<Model> SqliteStore::model(const std::string& id) {
    return read([&](Connection& connection) {
        auto row =
            connection.query(fmt::format("SELECT {} FROM model WHERE id = $1", model_columns), id);
        if (!row.step()) throw no_model();
        return read_model(row);
    });
}

Result<Bytes> SqliteStore::model_onnx(const std::string& id) {
    return read([&](Connection& connection) {
        auto row = connection.query("SELECT onnx FROM model WHERE id = $1", id);
        if (!row.step()) throw no_model();
        const auto bytes = row.blob(0);
        return Bytes(bytes.begin(), bytes.end());
    });
}

Result<void> SqliteStore::remove_model(const std::string& id, int project, const Author& by) {
    return write([&](Connection& connection) {
        Sha256 digest{};
        {
            auto found = connection.query(
                "SELECT state, sha256 FROM model WHERE id = $1 AND project = $2", id, project);
            if (!found.step()) throw no_model();
            if (model_state_from(found.text(0)) == ModelState::live) throw model_is_live();
            digest = found.digest(1);
        }
        if (connection.query("SELECT 1 FROM model WHERE parent = $1", id).step())
            throw model_has_others();
        connection.run("DELETE FROM model WHERE id = $1", id);
        write_down(connection, audit_of_removed_model(id, project, digest, by));
    });
}

Result<void> SqliteStore::promote_model(const std::string& id, const Promotion& how) {
    return write([&](Connection& connection) {
        auto row = connection.query("SELECT project FROM model WHERE id = $1", id);
        if (!row.step()) throw no_model();
        const int project = row.small(0);
        const auto before = live_id(connection, project);
        if (before == id) return;
        make_live(connection, id, project, std::nullopt);
        write_down(connection, audit_of_promotion(id, project, before, how));
    });
}

Result<void> SqliteStore::roll_back(const PolicyRollBack& how) {
    return write([&](Connection& connection) {
        if (!holds(connection, how)) throw not_rolled_back();
        if (!has_model(connection, how.to, how.project)) throw no_model();
        make_live(connection, how.to, how.project, how.why);
        write_down(connection, audit_of(how));
    });
}

Result<Model> SqliteStore::model_before(int project) {
    return read([&](Connection& connection) {
        auto row = connection.query(model_before_sql(), project);
        if (!row.step()) throw Failure(ErrorKind::not_found, "No model was live before.");
        return read_model(row);
    });
}

Result<Model> SqliteStore::live_model(int project) {
    return read([&](Connection& connection) {
        auto row = connection.query(
            fmt::format("SELECT {} FROM model WHERE state = 'live' AND project = $1",
                        model_columns),
            project);
        if (!row.step()) throw Failure(ErrorKind::not_found, "No model is live.");
        return read_model(row);
    });
}

}  // namespace croquis::store::sqlite
