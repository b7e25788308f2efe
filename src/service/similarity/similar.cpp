#include "service/similarity/similar.h"

#include <boost/json/array.hpp>
#include <utility>

#include "core/decimal.h"
#include "learning/adaptation/neighbours.h"
#include "service/drawings/drawing_brief.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

/// Embeddings of one trunk, the newest drawings' first.
struct EmbeddedRows {
    std::vector<Uuid> drawings;
    learning::PackedRows rows;
};

Result<EmbeddedRows> embedded_rows(store::Store& store, int project,
                                   const store::NewEmbedding& of) {
    EmbeddedRows all{{of.drawing}, learning::PackedRows(of.embedding.numbers.size())};
    all.rows.add(of.embedding.numbers);
    store::EmbeddingsQuery query{of.embedding.trunk, project};
    std::size_t looked_at = 0;
    do {
        const auto page = store.newest_embeddings(query);
        if (!page) return page.error();
        for (const auto& [drawing, embedding] : page->embeddings) {
            if (drawing == of.drawing || embedding.numbers.size() != all.rows.width()) continue;
            all.drawings.push_back(drawing);
            all.rows.add(embedding.numbers);
        }
        looked_at += query.limit;
        query.before = page->next;
    } while (query.before && looked_at < most_similar_among);
    return all;
}

}  // namespace

Result<std::vector<SimilarDrawing>> similar_drawings(store::Store& store, int project,
                                                     const std::string& trunk, const Uuid& drawing,
                                                     std::size_t limit) {
    if (limit < 1 || limit > most_similar)
        return Error{ErrorKind::invalid, "1 to 50 drawings can be listed.", "limit"};
    const auto shown = store.drawing(drawing, {store::Audience::annotators, project});
    if (!shown) return shown.error();
    const auto own = store.embeddings_of(trunk, {drawing});
    if (!own) return own.error();
    if (own->empty())
        return Error{ErrorKind::conflict,
                     "This drawing has no embedding yet; croquis embed makes it.",
                     {},
                     0,
                     "no_embedding"};
    const auto all = embedded_rows(store, project, own->front());
    if (!all) return all.error();
    std::vector<SimilarDrawing> similar;
    // Some of the nearest may have been deleted meanwhile.
    for (const auto& neighbour : learning::nearest(all->rows, 0, 2 * limit)) {
        if (similar.size() == limit) break;
        auto found =
            store.drawing(all->drawings[neighbour.row], {store::Audience::annotators, project});
        if (!found && found.error().kind == ErrorKind::not_found) continue;
        if (!found) return found.error();
        similar.push_back({std::move(*found), neighbour.similarity});
    }
    return similar;
}

json::object to_json(const std::vector<SimilarDrawing>& similar) {
    json::array drawings;
    for (const auto& [drawing, similarity] : similar) {
        auto told = brief_of(drawing);
        told["similarity"] = shortest_decimal(similarity);
        drawings.push_back(std::move(told));
    }
    return {{"drawings", std::move(drawings)}};
}

}  // namespace croquis::service
