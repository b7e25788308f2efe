#pragma once

#include <chrono>
#include <vector>

#include "core/rested_by_key.h"
#include "store/model.h"

namespace croquis::store {

/// Counting tags reads an index from end to end, and counters kept on every write would make all
/// writers wait for one another: the counts of a project rest.
struct TagCountCache : RestedByKey<int, std::vector<TagCount>> {
    TagCountCache() : RestedByKey(std::chrono::milliseconds(20)) {}
};

}  // namespace croquis::store
