#pragma once

#include <algorithm>
#include <boost/json/object.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "core/error.h"
#include "store/store.h"

/// Drawings that wait for review and look alike, to be answered together.
namespace croquis::service {

/// Drawings that are put into clusters: the first of the queue that have an embedding.
inline constexpr std::size_t most_clustered = 2'000;
/// Drawings of a cluster that are shown, those nearest to its middle.
inline constexpr std::size_t most_of_cluster = 60;
inline constexpr std::size_t most_clusters = 50;
/// Drawings of a cluster, on average. More clusters are purer ones.
inline constexpr std::size_t usual_cluster = 12;

/// Into how many clusters so many drawings are put.
constexpr std::size_t clusters_for(std::size_t drawings) {
    return std::clamp<std::size_t>((drawings + usual_cluster - 1) / usual_cluster, 1,
                                   most_clusters);
}

struct DrawingCluster {
    std::string suggested;         ///< the tag that most of its drawings have
    std::size_t size = 0;          ///< drawings in it, also those that are not shown
    std::size_t suggested_of = 0;  ///< of them, how many have the suggested tag
    std::vector<store::Drawing> drawings;
};

struct DrawingClusters {
    std::size_t looked_at = 0;  ///< drawings that were put into clusters
    std::vector<DrawingCluster> clusters;
};

/// The largest first. Drawings that are kept to judge (store::judges) are left out: the queue asks
/// about them one by one, because what is answered together with others judges nothing. Blocks,
/// without a lock on anything. Errors: invalid (limit: 1 to most_clusters); those of the store.
Result<DrawingClusters> clusters_to_review(store::Store& store, int project,
                                           const std::string& trunk, std::size_t limit);

/// As the command line shows it: of drawings, brief_of().
boost::json::object to_json(const DrawingClusters& clusters);

/// Drawings that wait and stand for many, at most store::most_first: those nearest to the middles
/// of clusters, one a cluster. Clusters in which no drawing is reviewed yet come first, and the
/// largest of those before the others (Hacohen, Dekel and Weinshall 2022). None judges. Blocks,
/// without a lock on anything. Errors: those of the store.
Result<std::vector<Uuid>> typical_drawings(store::Store& store, int project,
                                           const std::string& trunk);

}  // namespace croquis::service
