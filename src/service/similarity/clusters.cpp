#include "service/similarity/clusters.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>
#include <utility>

#include "learning/adaptation/clusters.h"
#include "service/drawings/drawing_brief.h"
#include "service/models/embedded_drawings.h"
#include "store/asking.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

/// Reviewed drawings that are put into clusters with those that wait.
constexpr std::size_t most_examples = 1'000;
/// Clusters that are made for them, so that the time does not grow without bounds.
constexpr std::size_t most_clusters_with_examples = 100;

Result<DrawingsById> waiting_drawings(store::Store& store, int project) {
    DrawingsById waiting;
    store::Query query;
    query.order = store::Order::most_telling_first;
    query.reviewed = false;
    query.project = project;
    const auto read = read_pages(store, query, [&](std::vector<store::Drawing>& page) {
        for (auto& drawing : page)
            if (!store::judges(drawing.id) && waiting.size() < most_clustered)
                waiting.emplace(drawing.id, std::move(drawing));
        return waiting.size() < most_clustered;
    });
    if (!read) return read.error();
    return waiting;
}

DrawingCluster described(const learning::Cluster& cluster,
                         const std::vector<DrawingWithEmbedding>& waiting) {
    DrawingCluster described;
    described.size = cluster.size();
    std::map<std::string, std::size_t> tags;
    for (const auto row : cluster) {
        const auto& drawing = *waiting[row].drawing;
        ++tags[drawing.tag];
        if (described.drawings.size() < most_of_cluster) described.drawings.push_back(drawing);
    }
    for (const auto& [tag, count] : tags)
        if (count > described.suggested_of) {
            described.suggested = tag;
            described.suggested_of = count;
        }
    return described;
}

/// Reviewed drawings that models learn from, the newest first. Each makes room for a cluster.
Result<std::vector<store::Embedding>> newest_examples(store::Store& store, int project,
                                                      const std::string& trunk) {
    std::vector<store::Embedding> examples;
    store::ReviewedQuery query{trunk, most_examples, std::nullopt, project};
    auto page = store.reviewed_drawings(query);
    if (!page) return page.error();
    for (auto& drawing : page->drawings)
        if (drawing.embedding && !store::judges(drawing.id))
            examples.push_back(std::move(*drawing.embedding));
    return examples;
}

/// The drawing nearest to the middle of each cluster.
std::vector<Uuid> middles_of(const std::vector<DrawingWithEmbedding>& waiting,
                             const std::vector<store::Embedding>& examples) {
    auto rows = rows_of(waiting);
    for (const auto& example : examples)
        if (example.numbers.size() == rows.width()) rows.add(example.numbers);
    const std::size_t answered =
        std::min(rows.size() - waiting.size(), most_clusters_with_examples);
    auto clusters = learning::clusters_of(rows, store::most_first + answered);
    const auto waits = [&](std::size_t row) { return row < waiting.size(); };
    std::stable_partition(clusters.begin(), clusters.end(), [&](const auto& cluster) {
        return std::all_of(cluster.begin(), cluster.end(), waits);
    });
    std::vector<Uuid> middles;
    for (const auto& cluster : clusters) {
        const auto middle = std::find_if(cluster.begin(), cluster.end(), waits);
        if (middle != cluster.end() && middles.size() < store::most_first)
            middles.push_back(waiting[*middle].drawing->id);
    }
    return middles;
}

}  // namespace

Result<DrawingClusters> clusters_to_review(store::Store& store, int project,
                                           const std::string& trunk, std::size_t limit) {
    if (limit < 1 || limit > most_clusters)
        return Error{ErrorKind::invalid, "1 to 50 clusters can be listed.", "limit"};
    const auto waiting = waiting_drawings(store, project);
    if (!waiting) return waiting.error();
    const auto drawings = with_embeddings(store, *waiting, trunk);
    if (!drawings) return drawings.error();
    DrawingClusters all;
    all.looked_at = drawings->size();
    for (const auto& cluster :
         learning::clusters_of(rows_of(*drawings), clusters_for(all.looked_at))) {
        if (all.clusters.size() == limit) break;
        all.clusters.push_back(described(cluster, *drawings));
    }
    return all;
}

json::object to_json(const DrawingClusters& all) {
    json::array clusters;
    for (const auto& cluster : all.clusters) {
        json::array drawings;
        for (const auto& drawing : cluster.drawings) drawings.push_back(brief_of(drawing));
        clusters.push_back(json::object{{"suggested", cluster.suggested},
                                        {"suggested_of", cluster.suggested_of},
                                        {"size", cluster.size},
                                        {"drawings", std::move(drawings)}});
    }
    return {{"looked_at", all.looked_at}, {"clusters", std::move(clusters)}};
}

Result<std::vector<Uuid>> typical_drawings(store::Store& store, int project,
                                           const std::string& trunk) {
    auto waiting = waiting_drawings(store, project);
    if (!waiting) return waiting.error();
    // People disagreed about these, and an admin decides.
    std::erase_if(*waiting, [](const auto& each) { return each.second.disputed; });
    const auto drawings = with_embeddings(store, *waiting, trunk);
    if (!drawings) return drawings.error();
    if (drawings->empty()) return std::vector<Uuid>();
    const auto examples = newest_examples(store, project, trunk);
    if (!examples) return examples.error();
    return middles_of(*drawings, *examples);
}

}  // namespace croquis::service
