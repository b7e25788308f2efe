#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/mutex.h"

namespace croquis::service {

/// What it takes long to find in projects, for many who ask. It is told again: for ten minutes
/// while nothing changes, and for twenty times as long as finding it took in any case. What is
/// found quickly is found anew each time. Whoever asks while somebody's question is worked at waits
/// for that answer. Thread-safe.
template <class Found>
class FoundBoard {
  public:
    using Clock = std::chrono::steady_clock;

    /// `now` is asked for the time; thread-safe.
    explicit FoundBoard(std::function<Clock::time_point()> now = Clock::now)
        : now_(std::move(now)) {}

    /// `by` is what it is found by: with another one it is found anew. `seen` tells whether
    /// anything changed since. Errors: those of `find`.
    Result<std::shared_ptr<const Found>> of(int project, const std::string& by,
                                            const std::string& seen,
                                            const std::function<Result<Found>()>& find) {
        const auto known = entry(project);
        const MutexLock lock(known->mutex);
        auto& kept = known->kept;
        if (is_fresh(kept, by, seen)) return kept.found;
        const auto begun = now_();
        auto found = find();
        if (!found) return found.error();
        kept.by = by;
        kept.seen = seen;
        kept.at = now_();
        kept.took = kept.at - begun;
        kept.found = std::make_shared<const Found>(std::move(*found));
        return kept.found;
    }

  private:
    /// Projects whose finds are kept.
    static constexpr std::size_t most_kept = 64;
    static constexpr std::chrono::milliseconds soon{100};
    static constexpr std::chrono::minutes longest_kept{10};
    static constexpr int rest = 20;

    struct Kept {
        std::string by;
        std::string seen;
        Clock::time_point at;
        Clock::duration took{};
        std::shared_ptr<const Found> found = {};
    };
    /// Of a project.
    struct Entry {
        Mutex mutex;
        Kept kept CROQUIS_GUARDED_BY(mutex);
    };

    std::shared_ptr<Entry> entry(int project) {
        const MutexLock lock(mutex_);
        if (entries_.size() >= most_kept && !entries_.contains(project)) entries_.clear();
        auto& entry = entries_[project];
        if (!entry) entry = std::make_shared<Entry>();
        return entry;
    }

    [[nodiscard]] bool is_fresh(const Kept& kept, const std::string& by,
                                const std::string& seen) const {
        if (!kept.found || kept.took <= soon || kept.by != by) return false;
        const auto age = now_() - kept.at;
        return age < kept.took * rest || (kept.seen == seen && age < longest_kept);
    }

    const std::function<Clock::time_point()> now_;
    Mutex mutex_;
    std::map<int, std::shared_ptr<Entry>> entries_ CROQUIS_GUARDED_BY(mutex_);
};

}  // namespace croquis::service
