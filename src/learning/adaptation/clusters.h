#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "learning/adaptation/neighbours.h"

/// Groups of drawings that a network sees alike.
namespace croquis::learning {

/// Places of rows that lie together, those nearest to the middle first.
using Cluster = std::vector<std::size_t>;

/// Puts each row into one of at most `count` clusters, none of them empty, the largest first, by
/// the angles between rows: spherical k-means (Dhillon and Modha 2001) from the start of k-means++
/// (Arthur and Vassilvitskii 2007). The same rows and seed give the same clusters. Time grows with
/// rows times count; at most ten rounds. Thread-safe.
std::vector<Cluster> clusters_of(const PackedRows& rows, std::size_t count, std::uint64_t seed = 1);

}  // namespace croquis::learning
