#include "service/embedded_drawings.h"

#include <algorithm>

namespace croquis::service {
namespace {

constexpr std::size_t search_page_size = 200;

}  // namespace

Result<std::vector<DrawingWithEmbedding>> with_embeddings(store::Store& store,
                                                          const DrawingsById& drawings,
                                                          const std::string& trunk) {
    std::vector<DrawingWithEmbedding> found;
    for (auto next = drawings.begin(); next != drawings.end();) {
        std::vector<Uuid> ids;
        for (; next != drawings.end() && ids.size() < store::most_embeddings; ++next)
            ids.push_back(next->first);
        auto some = store.embeddings_of(trunk, ids);
        if (!some) return some.error();
        for (auto& [id, embedding] : *some) {
            const auto& width = found.empty() ? embedding : found.front().embedding;
            if (embedding.numbers.size() != width.numbers.size()) continue;
            found.push_back({&drawings.at(id), std::move(embedding)});
        }
    }
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

}  // namespace croquis::service
