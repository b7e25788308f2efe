#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "core/mutex.h"
#include "identity/principal.h"

namespace croquis::identity {

/// Who was found in the store lately, so that not every read has to look again. Keeps each for
/// `lasts`, and at most max_kept. Thread-safe.
class Confirmations {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t max_kept = 4096;

    explicit Confirmations(Clock::duration lasts) : lasts_(lasts) {}

    std::optional<Principal> find(const Principal& claimed, Clock::time_point at) {
        const MutexLock lock(mutex_);
        const auto found = kept_.find(key(claimed));
        if (found == kept_.end() || at >= found->second.asked_at + lasts_) return std::nullopt;
        return found->second.present;
    }
    /// How often forget() was called; to be taken before the store is asked.
    std::uint64_t round() {
        const MutexLock lock(mutex_);
        return round_;
    }
    /// Nothing where forget() was called since: the answer may be from before the change.
    void keep(const Principal& present, Clock::time_point asked_at, std::uint64_t round) {
        const MutexLock lock(mutex_);
        if (round != round_) return;
        if (kept_.size() >= max_kept) kept_.clear();
        kept_.insert_or_assign(key(present), Kept{present, asked_at});
    }
    /// Called after each change of an account or a sign-in that this process makes.
    void forget() {
        const MutexLock lock(mutex_);
        ++round_;
        kept_.clear();
    }

  private:
    struct Kept {
        Principal present;
        Clock::time_point asked_at;
    };
    using Key = std::pair<Uuid, Uuid>;
    static Key key(const Principal& who) { return {who.user, who.sign_in.value_or(Uuid{})}; }

    const Clock::duration lasts_;
    Mutex mutex_;
    std::map<Key, Kept> kept_ CROQUIS_GUARDED_BY(mutex_);
    std::uint64_t round_ CROQUIS_GUARDED_BY(mutex_) = 0;
};

}  // namespace croquis::identity
