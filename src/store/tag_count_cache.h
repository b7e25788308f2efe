#pragma once

#include <functional>
#include <map>
#include <vector>

#include "core/mutex.h"
#include "core/rested.h"
#include "store/model.h"

namespace croquis::store {

/// Counting tags reads an index from end to end, and counters kept on every write would make all
/// writers wait for one another: the counts of a project rest. Thread-safe.
class TagCountCaches {
  public:
    using Count = std::function<std::vector<TagCount>()>;

    /// What `count` returns or returned; throws what it throws.
    std::vector<TagCount> get(int project, const Count& count) {
        return of(project).get([&] { return Result<std::vector<TagCount>>(count()); }).value();
    }

  private:
    Rested<std::vector<TagCount>>& of(int project) {
        const MutexLock lock(mutex_);
        return caches_[project];
    }

    Mutex mutex_;
    std::map<int, Rested<std::vector<TagCount>>> caches_
        CROQUIS_GUARDED_BY(mutex_);  ///< whose nodes stay where they are
};

}  // namespace croquis::store
