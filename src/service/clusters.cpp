#include "service/clusters.h"

#include <algorithm>
#include <map>

#include "learning/adaptation/clusters.h"
#include "service/embedded_drawings.h"
#include "store/asking.h"

namespace croquis::service {
namespace {

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

}  // namespace croquis::service
