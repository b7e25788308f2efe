#include "store/postgres/tag_rows.h"

#include "store/postgres/rows.h"
#include "store/records.h"

namespace croquis::store::postgres {
namespace {

/// Leaves what says that there was a drawing, at the end of what is reviewed, where no queue wades
/// through it.
void erase(Connection& connection, const Drawing& left) {
    static const std::string embeddings =
        std::string(all_trunks) +
        "DELETE FROM embedding WHERE drawing = $1 AND trunk IN (SELECT trunk FROM trunks)";
    connection.query("DELETE FROM drawing_content WHERE drawing = $1", left.id);
    connection.query("DELETE FROM prediction WHERE drawing = $1", left.id);
    connection.query(embeddings, left.id);
    connection.query(
        "UPDATE tag_event SET from_tag = '', to_tag = '', note = '', opinion = NULL "
        "WHERE drawing = $1",
        left.id);
    connection.query(
        "UPDATE drawing SET media_type = '', width = 0, height = 0, "
        "sha256 = decode(repeat('00', 32), 'hex'), model = '', predicted_tag = '', confidence = 0, "
        "queue_place = 64, probabilities = '', external_id = NULL, file_name = NULL, "
        "pseudonym = NULL, withdrawal = NULL, import_job = NULL, answered_by = '' WHERE id = $1",
        left.id);
}

}  // namespace

Rows query_events(Connection& connection, const std::vector<Uuid>& ids) {
    return connection.query(
        "SELECT kind, from_tag, to_tag, tagged_by, user_id, tagged_at, note, version, undoes, "
        "drawing, asked, probability, bulk, opinion FROM tag_event WHERE drawing = ANY ($1) ORDER "
        "BY "
        "drawing, version",
        ids);
}

TagEvent read_event(const Rows& rows, int row) {
    TagEvent event;
    event.kind = tag_event_kind_from(rows.text(row, 0));
    event.from = rows.text(row, 1);
    event.to = rows.text(row, 2);
    event.by = text_or_none(rows, row, 3);
    event.by_id = uuid_or_none(rows, row, 4);
    event.at = rows.time(row, 5);
    event.note = rows.text(row, 6);
    event.version = rows.small(row, 7);
    if (!rows.null(row, 8)) event.undoes = rows.small(row, 8);
    if (!rows.null(row, 10)) event.asked = asked_from(rows.text(row, 10));
    if (!rows.null(row, 11)) event.probability = rows.real(row, 11);
    event.bulk = rows.flag(row, 12);
    event.opinion = text_or_none(rows, row, 13);
    return event;
}

std::vector<TagEvent> events_of(Connection& connection, const Uuid& id) {
    return read_all(query_events(connection, {id}), read_event);
}

ProjectLabels assignable_among(Connection& connection, const ProjectLabels& given) {
    ProjectLabels labels;
    for (const auto& [project, name] : given)
        if (!connection
                 .query("SELECT 1 FROM label WHERE project = $1 AND name = $2 AND NOT retired",
                        project, name)
                 .empty())
            labels.emplace(project, name);
    return labels;
}

LabelMerges label_merges(Connection& connection, int project) {
    const auto rows = connection.query(label_merges_statement, project);
    LabelMerges merged;
    for (int row = 0; row < rows.count(); ++row)
        merged.emplace(rows.text(row, 0), rows.text(row, 1));
    return merged;
}

std::map<Uuid, Claim> claims_of(Connection& connection, const std::vector<Uuid>& drawings) {
    const auto rows = connection.query(
        "SELECT drawing, account, asked, probability, expires_at FROM claim "
        "WHERE drawing = ANY ($1)",
        drawings);
    std::map<Uuid, Claim> claims;
    for (int row = 0; row < rows.count(); ++row) {
        Claim claim{rows.uuid(row, 0), rows.uuid(row, 1), asked_from(rows.text(row, 2)),
                    std::nullopt, rows.time(row, 4)};
        if (!rows.null(row, 3)) claim.probability = rows.real(row, 3);
        claims.emplace(claim.drawing, claim);
    }
    return claims;
}

void write_down(Connection& connection, const TagWrite& write) {
    const auto& drawing = write.drawing;
    const auto& event = write.event;
    if (drawing.visibility == Visibility::deleted) erase(connection, drawing);
    connection.query(
        "WITH event AS (INSERT INTO tag_event (drawing, version, kind, from_tag, to_tag, "
        "tagged_by, user_id, tagged_at, note, undoes, asked, probability, bulk, opinion) "
        "VALUES ($1, $2, $6, $7, $8, $9, $10, $11, $12, $13, $16, $17, $18, $20)) "
        "UPDATE drawing SET tag = $14, version = $2, tagged_by = $3, tagged_by_id = $4, "
        "tagged_at = $5, withdrawn = $15, basis = $19, disputed = $21, flag = $22, "
        "answered_by = coalesce($23, answered_by) WHERE id = $1",
        drawing.id, drawing.version, drawing.tagged_by, drawing.tagged_by_id, drawing.tagged_at,
        to_string(event.kind), event.from, event.to, event.by, event.by_id, event.at, event.note,
        event.undoes, drawing.tag, to_column(drawing.visibility), text_of(event.asked),
        event.probability, event.bulk, text_of(drawing.basis), event.opinion, drawing.disputed,
        drawing.flag, write.answered_by);
    if (leaves_the_queue_to_others(write))
        connection.query("DELETE FROM claim WHERE drawing = $1 AND account = $2", drawing.id,
                         event.by_id);
}

}  // namespace croquis::store::postgres
