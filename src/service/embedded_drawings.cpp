#include "service/embedded_drawings.h"

namespace croquis::service {
namespace {

constexpr std::size_t most_searched = 50'000;
constexpr std::size_t at_once = 5'000;
constexpr std::size_t search_page_size = 200;

}  // namespace

Result<std::vector<DrawingWithEmbedding>> with_embeddings(store::Store& store,
                                                          const DrawingsById& drawings,
                                                          const std::string& trunk) {
    std::vector<DrawingWithEmbedding> found;
    std::optional<Uuid> before;
    for (std::size_t looked_at = 0; looked_at < most_searched && found.size() < drawings.size();) {
        auto some = store.newest_embeddings(trunk, before, at_once);
        if (!some) return some.error();
        const bool is_last = some->size() < at_once;
        looked_at += some->size();
        if (!some->empty()) before = some->back().drawing;
        for (auto& [id, embedding] : *some) {
            const auto drawing = drawings.find(id);
            if (drawing == drawings.end()) continue;
            if (!found.empty() &&
                found.front().embedding.numbers.size() != embedding.numbers.size())
                continue;
            found.push_back({&drawing->second, std::move(embedding)});
        }
        if (is_last) break;
    }
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
