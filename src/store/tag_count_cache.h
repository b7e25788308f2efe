#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "core/mutex.h"
#include "store/model.h"

namespace croquis::store {

/// Counting tags reads an index from end to end, and counters kept on every write would make all
/// writers wait for one another. So a count that took long is used again for twenty times as long
/// as it took (5% of one core at most), and one that was quick not at all. While one caller counts
/// anew the others get the last count. Thread-safe.
class TagCountCache {
  public:
    using Clock = std::chrono::steady_clock;
    using Count = std::function<std::vector<TagCount>()>;

    /// `now` is asked for the time; thread-safe.
    explicit TagCountCache(std::function<Clock::time_point()> now = Clock::now)
        : now_(std::move(now)) {}

    /// What `count` returns or returned; throws what it throws.
    std::vector<TagCount> get(const Count& count);

  private:
    static constexpr std::chrono::milliseconds quick{20};
    static constexpr int rest = 20;

    std::vector<TagCount> count_anew(const Count& count);
    void finish(Clock::duration took) CROQUIS_REQUIRES(mutex_);

    const std::function<Clock::time_point()> now_;
    Mutex mutex_;
    std::vector<TagCount> last_ CROQUIS_GUARDED_BY(mutex_);
    Clock::time_point fresh_until_ CROQUIS_GUARDED_BY(mutex_){};
    bool counting_ CROQUIS_GUARDED_BY(mutex_) = false;
    bool counted_slowly_ CROQUIS_GUARDED_BY(mutex_) = false;  ///< last_ may be handed out
};

/// One for each project. Thread-safe.
class TagCountCaches {
  public:
    std::vector<TagCount> get(int project, const TagCountCache::Count& count) {
        return of(project).get(count);
    }

  private:
    TagCountCache& of(int project) {
        const MutexLock lock(mutex_);
        return caches_[project];
    }

    Mutex mutex_;
    std::map<int, TagCountCache> caches_
        CROQUIS_GUARDED_BY(mutex_);  ///< whose nodes stay where they are
};

}  // namespace croquis::store
