#include "service/models/embedded_drawings.h"

#include <algorithm>
#include <optional>
#include <span>

#include "recognition/quantised.h"

namespace croquis::service {
namespace {

constexpr std::size_t search_page_size = 200;

}  // namespace

Result<void> read_embeddings(store::EmbeddingStore& store, const std::string& trunk,
                             std::span<const Uuid> drawings,
                             const std::function<void(store::NewEmbedding& found)>& take) {
    for (; !drawings.empty();
         drawings = drawings.subspan(std::min(store::most_embeddings, drawings.size()))) {
        const auto ids = drawings.first(std::min(store::most_embeddings, drawings.size()));
        auto some = store.embeddings_of(trunk, {ids.begin(), ids.end()});
        if (!some) return some.error();
        for (auto& found : *some) take(found);
    }
    return {};
}

Result<std::vector<DrawingWithEmbedding>> with_embeddings(store::Store& store,
                                                          const DrawingsById& drawings,
                                                          const std::string& trunk) {
    std::vector<Uuid> ids;
    for (const auto& [id, drawing] : drawings) ids.push_back(id);
    std::vector<DrawingWithEmbedding> found;
    const auto read = read_embeddings(store, trunk, ids, [&](store::NewEmbedding& one) {
        const auto& width = found.empty() ? one.embedding : found.front().embedding;
        if (one.embedding.numbers.size() == width.numbers.size())
            found.push_back({&drawings.at(one.drawing), std::move(one.embedding)});
    });
    if (!read) return read.error();
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.drawing->id > b.drawing->id; });
    return found;
}

learning::PackedRows rows_of(const std::vector<DrawingWithEmbedding>& drawings) {
    learning::PackedRows rows(drawings.empty() ? 0 : drawings.front().embedding.numbers.size());
    for (const auto& each : drawings) rows.add(each.embedding.numbers);
    return rows;
}

Result<void> read_pages(store::DrawingStore& store, store::Query query,
                        const std::function<bool(std::vector<store::Drawing>& page)>& take) {
    query.limit = search_page_size;
    do {
        auto page = store.list(query);
        if (!page) return page.error();
        if (!take(page->drawings)) break;
        query.after = page->next;
    } while (query.after);
    return {};
}

Result<void> read_reviewed(
    store::Store& store, int project, const std::string& trunk,
    const std::function<Result<bool>(std::vector<store::EmbeddedDrawing>& page)>& take) {
    store::ReviewedQuery query{trunk, reviewed_at_once, std::nullopt, project};
    do {
        auto page = store.reviewed_drawings(query);
        if (!page) return page.error();
        const auto more = take(page->drawings);
        if (!more) return more.error();
        if (!*more) break;
        query.after = page->next;
    } while (query.after);
    return {};
}

Result<std::vector<float>> numbers_for(const recognition::HeadLayer& head,
                                       const std::vector<const store::Embedding*>& embeddings) {
    std::vector<float> rows(embeddings.size() * head.width);
    for (std::size_t i = 0; i < embeddings.size(); ++i) {
        const auto& [trunk, scale, numbers] = *embeddings[i];
        if (numbers.size() != head.width)
            return Error{ErrorKind::internal, "A stored embedding does not fit its network."};
        recognition::unpack(scale, numbers, std::span(rows).subspan(i * head.width, head.width));
    }
    return rows;
}

Result<std::vector<recognition::Prediction>> answers_by_layer(
    const recognition::HeadLayer& head, const recognition::ModelInfo& info,
    const std::vector<const store::Embedding*>& embeddings) {
    const auto rows = numbers_for(head, embeddings);
    if (!rows) return rows.error();
    return recognition::answers_of(head, info, *rows);
}

}  // namespace croquis::service
