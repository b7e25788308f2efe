#include <map>

#include "store/asking.h"
#include "store/list_query.h"
#include "store/postgres/rows.h"
#include "store/postgres/store.h"
#include "store/records.h"

namespace croquis::store::postgres {
namespace {

/// In the order of reviewed_statement and stretch_statement.
EmbeddedDrawing read_embedded(const Rows& rows, int row, const std::string& trunk) {
    EmbeddedDrawing drawing;
    drawing.id = rows.uuid(row, 0);
    drawing.version = rows.small(row, 1);
    drawing.tag = rows.text(row, 2);
    drawing.model = rows.text(row, 3);
    drawing.predicted_tag = rows.text(row, 4);
    if (!rows.null(row, 6))
        drawing.embedding = embedding_of(trunk, rows.real(row, 5), rows.blob(row, 6));
    return drawing;
}

ReviewedPage read_page(const Rows& rows, const ReviewedQuery& query) {
    ReviewedPage page;
    for (int row = 0; row < rows.count(); ++row) {
        page.drawings.push_back(read_embedded(rows, row, query.trunk));
        page.drawings.back().reviewed = true;
        if (!rows.null(row, 7)) page.drawings.back().basis = basis_from(rows.text(row, 7));
        page.drawings.back().imported = rows.small(row, 8) != 0;
    }
    if (page.drawings.size() == query.limit) page.next = Query::Cursor{page.drawings.back().id};
    return page;
}

/// All of a batch as one statement. The rows are locked in the order of their ids, so that two
/// transactions over the same drawings cannot wait for each other; what was predicted before is
/// what the lock saw.
constexpr const char* retag_sql =
    "WITH asked AS (SELECT * FROM unnest($1, $2, $3, $4, $5, $6) "
    "AS each (id, version, tag, confidence, place, probabilities)), "
    "held AS (SELECT d.id, d.model, d.predicted_tag, d.confidence, d.probabilities "
    "FROM drawing d JOIN asked ON asked.id = d.id AND asked.version = d.version "
    "WHERE d.tagged_by IS NULL AND coalesce(d.withdrawn, '') <> 'deleted' "
    "ORDER BY d.id FOR UPDATE OF d), "
    "kept AS (INSERT INTO prediction (drawing, model, tag, confidence, probabilities, "
    "predicted_at) SELECT id, model, predicted_tag, confidence, probabilities, $8 FROM held "
    "WHERE model <> $7 ON CONFLICT (drawing, model) DO UPDATE SET tag = excluded.tag, "
    "confidence = excluded.confidence, probabilities = excluded.probabilities, "
    "predicted_at = excluded.predicted_at), "
    "gone AS (DELETE FROM prediction USING held WHERE prediction.drawing = held.id "
    "AND prediction.model = $7) "
    "UPDATE drawing SET model = $7, predicted_tag = asked.tag, tag = asked.tag, "
    "confidence = asked.confidence, queue_place = asked.place, "
    "probabilities = asked.probabilities, version = drawing.version + 1 "
    "FROM held JOIN asked ON asked.id = held.id WHERE drawing.id = held.id";

/// Retags what one model predicts anew; returns how many drawings changed.
std::int64_t retag_by(Connection& connection, const std::string& model,
                      const std::vector<const Retag*>& retags, Timestamp at) {
    std::vector<Uuid> ids;
    std::vector<std::int32_t> versions;
    std::vector<std::string_view> tags;
    std::vector<float> confidences;
    std::vector<std::int16_t> places;
    std::vector<BytesView> probabilities;
    for (const auto* retag : retags) {
        const auto& prediction = retag->prediction;
        ids.push_back(retag->drawing);
        versions.push_back(retag->version);
        tags.emplace_back(prediction.tag);
        confidences.push_back(prediction.confidence);
        places.push_back(
            static_cast<std::int16_t>(queue_place(retag->drawing, prediction.probabilities)));
        probabilities.push_back(bytes_of(prediction.probabilities));
    }
    return connection
        .query(retag_sql, ids, versions, tags, confidences, places, probabilities, model, at)
        .affected();
}

}  // namespace

Result<ReviewedPage> PostgresStore::reviewed_drawings(const ReviewedQuery& query) {
    if (const auto valid = check(query); !valid) return valid.error();
    return with_connection([&](Connection& connection) {
        Parameters parameters(query.trunk, query.project);
        if (query.after) parameters.add(query.after->id);
        parameters.add(static_cast<std::int64_t>(query.limit));
        return read_page(connection.run(reviewed_statement(query), parameters), query);
    });
}

Result<Stretch> PostgresStore::stretch(const StretchQuery& query) {
    if (const auto valid = check(query); !valid) return valid.error();
    return with_connection([&](Connection& connection) {
        Parameters parameters;
        if (query.not_predicted_by) parameters.add(*query.not_predicted_by);
        parameters.add(query.project);
        parameters.add(query.after);
        parameters.add(static_cast<std::int64_t>(query.limit));
        parameters.add(query.trunk);
        const auto rows = connection.run(stretch_statement(query), parameters);
        Stretch stretch;
        stretch.looked_at = static_cast<std::size_t>(rows.count());
        for (int row = 0; row < rows.count(); ++row)
            if (rows.flag(row, 7))
                stretch.drawings.push_back(read_embedded(rows, row, query.trunk));
        if (stretch.looked_at == query.limit) stretch.next = rows.uuid(rows.count() - 1, 0);
        return stretch;
    });
}

Result<EmbeddingsPage> PostgresStore::newest_embeddings(const EmbeddingsQuery& query) {
    if (const auto valid = check(query); !valid) return valid.error();
    return with_connection([&](Connection& connection) {
        const auto rows =
            connection.query(newest_embeddings_sql, query.project, query.before.value_or(last_id),
                             static_cast<std::int64_t>(query.limit), query.trunk);
        EmbeddingsPage page;
        page.embeddings.reserve(static_cast<std::size_t>(rows.count()));
        for (int row = 0; row < rows.count(); ++row)
            if (!rows.null(row, 2))
                page.embeddings.push_back(
                    {rows.uuid(row, 0),
                     embedding_of(query.trunk, rows.real(row, 1), rows.blob(row, 2))});
        if (static_cast<std::size_t>(rows.count()) == query.limit)
            page.next = rows.uuid(rows.count() - 1, 0);
        return page;
    });
}

Result<std::vector<NewEmbedding>> PostgresStore::embeddings_of(const std::string& trunk,
                                                               const std::vector<Uuid>& drawings) {
    if (const auto valid = check_embeddings_asked(drawings.size()); !valid) return valid.error();
    return with_connection([&](Connection& connection) {
        const auto rows = connection.query(
            "SELECT drawing, scale, vector FROM embedding WHERE trunk = $1 AND drawing = ANY($2)",
            trunk, drawings);
        return read_all(rows, [&](const Rows& all, int row) {
            return NewEmbedding{all.uuid(row, 0),
                                embedding_of(trunk, all.real(row, 1), all.blob(row, 2))};
        });
    });
}

/// The drawings are locked against deletion until the embeddings are there to be deleted too.
Result<void> PostgresStore::add_embeddings(const std::vector<NewEmbedding>& embeddings) {
    for (const auto& each : embeddings)
        if (const auto valid = check(each.embedding); !valid) return valid.error();
    return in_transaction([&](Connection& connection) {
        std::vector<std::string_view> trunks;
        std::vector<Uuid> drawings;
        std::vector<float> scales;
        std::vector<BytesView> vectors;
        for (const auto& [drawing, embedding] : embeddings) {
            trunks.emplace_back(embedding.trunk);
            drawings.push_back(drawing);
            scales.push_back(embedding.scale);
            vectors.push_back(bytes_of(embedding));
        }
        connection.query(
            "INSERT INTO embedding (trunk, drawing, scale, vector) "
            "SELECT given.trunk, d.id, given.scale, given.vector "
            "FROM unnest($1, $2, $3, $4) AS given (trunk, drawing, scale, vector) "
            "JOIN drawing d ON d.id = given.drawing AND coalesce(d.withdrawn, '') <> 'deleted' "
            "ORDER BY d.id FOR KEY SHARE OF d ON CONFLICT (trunk, drawing) DO NOTHING",
            trunks, drawings, scales, vectors);
    });
}

Result<std::size_t> PostgresStore::retag(const std::vector<Retag>& retags, Timestamp at) {
    std::map<std::string, std::vector<const Retag*>> by_model;
    for (const auto& retag : retags) by_model[retag.prediction.model].push_back(&retag);
    return in_transaction([&](Connection& connection) {
        std::int64_t changed = 0;
        for (const auto& [model, those] : by_model)
            changed += retag_by(connection, model, those, at);
        return static_cast<std::size_t>(changed);
    });
}

Result<std::vector<Prediction>> PostgresStore::earlier_predictions(const Uuid& id) {
    return with_connection([&](Connection& connection) {
        const auto rows = connection.query(
            "SELECT model, tag, confidence, probabilities FROM prediction WHERE drawing = $1 "
            "ORDER BY predicted_at, model",
            id);
        return read_all(rows, [](const Rows& all, int row) {
            return Prediction{std::string(all.text(row, 0)), std::string(all.text(row, 1)),
                              all.real(row, 2), floats_of(all.blob(row, 3))};
        });
    });
}

}  // namespace croquis::store::postgres
