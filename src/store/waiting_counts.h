#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/mutex.h"
#include "core/rested.h"
#include "core/uuid.h"
#include "store/tagging.h"

namespace croquis::store {

/// What waits for review in a project, or of what an import brought there.
struct WaitingCounts {
    std::int64_t all = 0;
    std::int64_t disputed = 0;  ///< of those, what nobody is asked about any more
    /// Of the others, by whose opinions stand, as a drawing's column `answered_by` has it.
    std::map<std::string, std::int64_t> answered = {};
    int opinions_wanted = 1;  ///< by the project

    /// A row of waiting_counts_statement().
    void add(const std::string& people, bool is_disputed, std::int64_t drawings, int wanted) {
        if (people.empty()) {
            all = drawings;
            opinions_wanted = wanted;
        } else if (is_disputed) {
            disputed += drawings;
        } else {
            answered[people] += drawings;
        }
    }
    /// What the queue would ask this account about.
    [[nodiscard]] std::int64_t asked_of(const Uuid& account) const {
        auto asked = all - disputed;
        if (opinions_wanted == 1) return asked;
        const auto own = answerer(account);
        for (const auto& [people, drawings] : answered)
            if (people.find(own) != std::string::npos) asked -= drawings;
        return asked;
    }
};

/// Counting reads an index from end to end: the counts of a project, or of an import, rest where
/// that takes longer than a reader would notice. Thread-safe.
class WaitingCountCaches {
  public:
    using Count = std::function<WaitingCounts()>;

    /// What `count` returns or returned; throws what it throws.
    WaitingCounts get(int project, const std::optional<Uuid>& import_job, const Count& count) {
        return of({project, import_job})
            ->get([&] { return Result<WaitingCounts>(count()); })
            .value();
    }

  private:
    using Key = std::pair<int, std::optional<Uuid>>;
    using Cache = Rested<WaitingCounts>;
    static constexpr std::size_t most_kept = 256;
    static constexpr std::chrono::milliseconds unnoticed{100};

    std::shared_ptr<Cache> of(const Key& key) {
        const MutexLock lock(mutex_);
        if (caches_.size() >= most_kept && !caches_.contains(key)) caches_.clear();
        auto& cache = caches_[key];
        if (!cache) cache = std::make_shared<Cache>(Cache::Clock::now, unnoticed);
        return cache;
    }

    Mutex mutex_;
    std::map<Key, std::shared_ptr<Cache>> caches_ CROQUIS_GUARDED_BY(mutex_);
};

}  // namespace croquis::store
