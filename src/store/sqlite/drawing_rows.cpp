#include "store/sqlite/drawing_rows.h"

#include "store/records.h"
#include "store/sqlite/rows.h"

namespace croquis::store::sqlite {
namespace {

/// Leaves what says that there was a drawing, at the end of what is reviewed, where no queue wades
/// through it.
void erase(Connection& connection, const Drawing& left) {
    static const std::string embeddings =
        std::string(all_trunks) +
        "DELETE FROM embedding WHERE drawing = $1 AND trunk IN (SELECT trunk FROM trunks)";
    connection.run(
        "DELETE FROM drawing_content WHERE id = (SELECT content FROM drawing WHERE id = $1)",
        left.id);
    connection.run("DELETE FROM prediction WHERE drawing = $1", left.id);
    connection.run(embeddings, left.id);
    connection.run(
        "UPDATE tag_event SET from_tag = '', to_tag = '', note = '', opinion = NULL "
        "WHERE drawing = $1",
        left.id);
    connection.run(
        "UPDATE drawing SET withdrawn = 'deleted', version = $1, media_type = '', width = 0, "
        "height = 0, sha256 = zeroblob(32), model = '', predicted_tag = '', confidence = 0, "
        "queue_place = 64, probabilities = x'', tag = $2, tagged_by = $3, tagged_by_id = NULL, "
        "tagged_at = NULL, basis = NULL, external_id = NULL, file_name = NULL, pseudonym = NULL, "
        "withdrawal = NULL, disputed = 0, flag = NULL, import_job = NULL, answered_by = '' "
        "WHERE id = $4",
        left.version, left.tag, left.tagged_by, left.id);
}

}  // namespace

/// In the order of drawing_columns.
Drawing read_drawing(const Statement& row) {
    Drawing drawing;
    drawing.id = row.uuid(0);
    drawing.created_at = row.time(1);
    drawing.media_type = row.text(2);
    drawing.width = row.small(3);
    drawing.height = row.small(4);
    drawing.sha256 = row.digest(5);
    drawing.source = row.text(6);
    drawing.prediction = {row.text(7), row.text(8), row.real(9), floats_of(row.blob(10))};
    drawing.tag = row.text(11);
    drawing.version = row.small(12);
    drawing.tagged_by = text_or_none(row, 13);
    drawing.tagged_at = time_or_none(row, 14);
    drawing.tagged_by_id = uuid_or_none(row, 15);
    drawing.project = row.small(16);
    drawing.external_id = text_or_none(row, 17);
    drawing.file_name = text_or_none(row, 18);
    drawing.pseudonym = text_or_none(row, 19);
    drawing.visibility = visibility_from(text_or_none(row, 20));
    if (!row.null(21)) drawing.basis = basis_from(row.text(21));
    drawing.disputed = row.integer(22) != 0;
    drawing.flag = text_or_none(row, 23);
    return drawing;
}

std::vector<TagEvent> events_of(Connection& connection, const Uuid& id) {
    auto rows = connection.query(
        "SELECT kind, from_tag, to_tag, tagged_by, user_id, tagged_at, note, version, undoes, "
        "asked, probability, bulk, opinion "
        "FROM tag_event WHERE drawing = $1 ORDER BY version",
        id);
    std::vector<TagEvent> events;
    while (rows.step()) {
        auto& event = events.emplace_back();
        event.kind = tag_event_kind_from(rows.text(0));
        event.from = rows.text(1);
        event.to = rows.text(2);
        event.by = text_or_none(rows, 3);
        event.by_id = uuid_or_none(rows, 4);
        event.at = rows.time(5);
        event.note = rows.text(6);
        event.version = rows.small(7);
        if (!rows.null(8)) event.undoes = rows.small(8);
        if (!rows.null(9)) event.asked = asked_from(rows.text(9));
        if (!rows.null(10)) event.probability = rows.real(10);
        event.bulk = rows.integer(11) != 0;
        event.opinion = text_or_none(rows, 12);
    }
    return events;
}

ProjectLabels assignable_among(Connection& connection, const ProjectLabels& given) {
    ProjectLabels labels;
    for (const auto& [project, name] : given)
        if (connection
                .query("SELECT 1 FROM label WHERE project = $1 AND name = $2 AND retired = 0",
                       project, name)
                .step())
            labels.emplace(project, name);
    return labels;
}

LabelMerges label_merges(Connection& connection, int project) {
    auto rows = connection.query(label_merges_statement, project);
    LabelMerges merged;
    while (rows.step()) merged.emplace(rows.text(0), rows.text(1));
    return merged;
}

std::optional<Claim> claim_of(Connection& connection, const Uuid& drawing) {
    auto row = connection.query(
        "SELECT account, asked, probability, expires_at FROM claim WHERE drawing = $1", drawing);
    if (!row.step()) return std::nullopt;
    Claim claim{drawing, row.uuid(0), asked_from(row.text(1)), std::nullopt, row.time(3)};
    if (!row.null(2)) claim.probability = row.real(2);
    return claim;
}

void write_down(Connection& connection, const TagWrite& write) {
    const auto& drawing = write.drawing;
    const auto& event = write.event;
    if (drawing.visibility == Visibility::deleted)
        erase(connection, drawing);
    else
        connection.run(
            "UPDATE drawing SET tag = $1, version = $2, tagged_by = $3, tagged_by_id = $4, "
            "tagged_at = $5, withdrawn = $6, basis = $7, disputed = $8, flag = $9, "
            "answered_by = coalesce($10, answered_by) WHERE id = $11",
            drawing.tag, drawing.version, drawing.tagged_by, drawing.tagged_by_id,
            drawing.tagged_at, to_column(drawing.visibility), text_of(drawing.basis),
            drawing.disputed, drawing.flag, write.answered_by, drawing.id);
    connection.run(
        "INSERT INTO tag_event (drawing, version, kind, from_tag, to_tag, tagged_by, user_id, "
        "tagged_at, note, undoes, asked, probability, bulk, opinion) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        drawing.id, event.version, to_string(event.kind), event.from, event.to, event.by,
        event.by_id, event.at, event.note, event.undoes, text_of(event.asked), event.probability,
        event.bulk, event.opinion);
    if (leaves_the_queue_to_others(write))
        connection.run("DELETE FROM claim WHERE drawing = $1 AND account = $2", drawing.id,
                       event.by_id);
}

}  // namespace croquis::store::sqlite
