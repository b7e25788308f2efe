#include "store/asking.h"
#include "store/list_query.h"
#include "store/records.h"
#include "store/sqlite/store.h"

namespace croquis::store::sqlite {
namespace {

/// In the order of reviewed_statement and stretch_statement.
EmbeddedDrawing read_embedded(const Statement& row, const std::string& trunk) {
    EmbeddedDrawing drawing;
    drawing.id = row.uuid(0);
    drawing.version = row.small(1);
    drawing.tag = row.text(2);
    drawing.model = row.text(3);
    drawing.predicted_tag = row.text(4);
    if (!row.null(6)) drawing.embedding = embedding_of(trunk, row.real(5), row.blob(6));
    return drawing;
}

ReviewedPage read_page(Statement& rows, const ReviewedQuery& query) {
    ReviewedPage page;
    while (rows.step()) {
        page.drawings.push_back(read_embedded(rows, query.trunk));
        page.drawings.back().reviewed = true;
        if (!rows.null(7)) page.drawings.back().basis = basis_from(rows.text(7));
        page.drawings.back().imported = rows.small(8) != 0;
    }
    if (page.drawings.size() == query.limit) page.next = Query::Cursor{page.drawings.back().id};
    return page;
}

constexpr const char* keep_prediction =
    "INSERT INTO prediction (drawing, model, tag, confidence, probabilities, predicted_at) "
    "SELECT id, model, predicted_tag, confidence, probabilities, $1 FROM drawing "
    "WHERE id = $2 AND version = $3 AND tagged_by IS NULL AND coalesce(withdrawn, '') <> 'deleted' "
    "ON CONFLICT (drawing, model) DO UPDATE SET tag = excluded.tag, "
    "confidence = excluded.confidence, probabilities = excluded.probabilities, "
    "predicted_at = excluded.predicted_at";

/// The present prediction stands in its drawing, and nowhere else.
void give_prediction(Connection& connection, const Retag& retag) {
    const auto& prediction = retag.prediction;
    connection.run(
        "UPDATE drawing SET model = $1, predicted_tag = $2, tag = $2, confidence = $3, "
        "queue_place = $4, probabilities = $5, version = version + 1 WHERE id = $6",
        prediction.model, prediction.tag, prediction.confidence,
        queue_place(retag.drawing, prediction.probabilities), bytes_of(prediction.probabilities),
        retag.drawing);
    connection.run("DELETE FROM prediction WHERE drawing = $1 AND model = $2", retag.drawing,
                   prediction.model);
}

}  // namespace

Result<ReviewedPage> SqliteStore::reviewed_drawings(const ReviewedQuery& query) {
    if (const auto valid = check(query); !valid) return valid.error();
    return read([&](Connection& connection) {
        const auto sql = reviewed_statement(query);
        const auto limit = static_cast<std::int64_t>(query.limit);
        if (!query.after) {
            auto rows = connection.query(sql, query.trunk, query.project, limit);
            return read_page(rows, query);
        }
        auto rows = connection.query(sql, query.trunk, query.project, query.after->id, limit);
        return read_page(rows, query);
    });
}

Result<Stretch> SqliteStore::stretch(const StretchQuery& query) {
    if (const auto valid = check(query); !valid) return valid.error();
    return read([&](Connection& connection) {
        auto rows = connection.prepare(stretch_statement(query));
        int at = 0;
        if (query.not_predicted_by) rows.bind(++at, *query.not_predicted_by);
        rows.bind(++at, query.project);
        rows.bind(++at, query.after);
        rows.bind(++at, static_cast<std::int64_t>(query.limit));
        rows.bind(++at, query.trunk);
        Stretch stretch;
        Uuid last{};
        while (rows.step()) {
            ++stretch.looked_at;
            last = rows.uuid(0);
            if (rows.integer(7) != 0) stretch.drawings.push_back(read_embedded(rows, query.trunk));
        }
        if (stretch.looked_at == query.limit) stretch.next = last;
        return stretch;
    });
}

Result<EmbeddingsPage> SqliteStore::newest_embeddings(const EmbeddingsQuery& query) {
    if (const auto valid = check(query); !valid) return valid.error();
    return read([&](Connection& connection) {
        const Uuid until = query.before.value_or(last_id);
        const auto limit = static_cast<std::int64_t>(query.limit);
        auto rows =
            connection.query(newest_embeddings_sql, query.project, until, limit, query.trunk);
        EmbeddingsPage page;
        std::size_t looked_at = 0;
        Uuid last{};
        while (rows.step()) {
            ++looked_at;
            last = rows.uuid(0);
            if (!rows.null(2))
                page.embeddings.push_back(
                    {last, embedding_of(query.trunk, rows.real(1), rows.blob(2))});
        }
        if (looked_at == query.limit) page.next = last;
        return page;
    });
}

Result<std::vector<NewEmbedding>> SqliteStore::embeddings_of(const std::string& trunk,
                                                             const std::vector<Uuid>& drawings) {
    if (const auto valid = check_embeddings_asked(drawings.size()); !valid) return valid.error();
    return read([&](Connection& connection) {
        std::vector<NewEmbedding> embeddings;
        for (const auto& drawing : drawings) {
            auto row = connection.query(
                "SELECT scale, vector FROM embedding WHERE trunk = $1 AND drawing = $2", trunk,
                drawing);
            if (row.step())
                embeddings.push_back({drawing, embedding_of(trunk, row.real(0), row.blob(1))});
        }
        return embeddings;
    });
}

Result<void> SqliteStore::add_embeddings(const std::vector<NewEmbedding>& embeddings) {
    for (const auto& each : embeddings)
        if (const auto valid = check(each.embedding); !valid) return valid.error();
    return write([&](Connection& connection) {
        for (const auto& [drawing, embedding] : embeddings)
            connection.run(
                "INSERT INTO embedding (trunk, drawing, scale, vector) SELECT $1, id, $2, $3 "
                "FROM drawing WHERE id = $4 AND coalesce(withdrawn, '') <> 'deleted' "
                "ON CONFLICT (trunk, drawing) DO NOTHING",
                embedding.trunk, embedding.scale, bytes_of(embedding), drawing);
    });
}

Result<std::size_t> SqliteStore::retag(const std::vector<Retag>& retags, Timestamp at) {
    return write([&](Connection& connection) {
        std::size_t changed = 0;
        for (const auto& retag : retags) {
            if (connection.run(keep_prediction, at, retag.drawing, retag.version) == 0) continue;
            give_prediction(connection, retag);
            ++changed;
        }
        return changed;
    });
}

Result<std::vector<Prediction>> SqliteStore::earlier_predictions(const Uuid& id) {
    return read([&](Connection& connection) {
        auto rows = connection.query(
            "SELECT model, tag, confidence, probabilities FROM prediction WHERE drawing = $1 "
            "ORDER BY predicted_at, model",
            id);
        std::vector<Prediction> predictions;
        while (rows.step())
            predictions.push_back(
                {rows.text(0), rows.text(1), rows.real(2), floats_of(rows.blob(3))});
        return predictions;
    });
}

}  // namespace croquis::store::sqlite
