#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/mutex.h"
#include "store/store.h"

/// Reviewed drawings that are likely mistakes.
namespace croquis::service {

/// A reviewed drawing that its neighbours contradict.
struct SuspectedMistake {
    store::Drawing drawing;
    std::string suggested;
    float suggest = 0;  ///< the part of its neighbours that have the suggested tag
    float given = 0;    ///< that have its own
};

/// Reviewed drawings looked at for mistakes, the newest: the time grows with their square.
inline constexpr std::size_t most_suspects_among = 4'000;

/// The likely mistakes of projects, for many who ask. Where looking for them took long, what was
/// found is told again: for ten minutes while nobody reviews anything, and for twenty times as long
/// as it took in any case. What was confirmed or got another tag meanwhile is left out at once.
/// Whoever asks while somebody's question is worked at waits for that answer. Thread-safe.
class SuspectBoard {
  public:
    using Clock = std::chrono::steady_clock;

    /// `now` is asked for the time; thread-safe.
    explicit SuspectBoard(std::function<Clock::time_point()> now = Clock::now)
        : now_(std::move(now)) {}

    /// The likeliest first, without those whose tag somebody confirmed on a second look. Reads
    /// stored embeddings of the trunk alone. Blocks. Errors: invalid (limit: 1 to 200); those of
    /// the store.
    Result<std::vector<SuspectedMistake>> of(store::Store& store, int project,
                                             const std::string& trunk, std::size_t limit);

    /// A drawing that may be a mistake, as long as it has this tag and nobody confirms it.
    struct Suspicion {
        Uuid drawing;
        std::string tag;
        std::string suggested;
        float suggest = 0;
        float given = 0;
    };
    using Suspicions = std::vector<Suspicion>;

  private:
    struct Found {
        std::string trunk;
        std::optional<Timestamp> last_review;
        Clock::time_point at;
        Clock::duration took{};
        std::shared_ptr<const Suspicions> suspicions = {};
    };
    /// Of a project.
    struct Entry {
        Mutex mutex;
        Found found CROQUIS_GUARDED_BY(mutex);
    };

    std::shared_ptr<Entry> entry(int project);
    [[nodiscard]] bool is_fresh(const Found& found, const std::string& trunk,
                                const std::optional<Timestamp>& last_review) const;
    Result<std::shared_ptr<const Suspicions>> find(store::Store& store, int project,
                                                   const std::string& trunk);

    const std::function<Clock::time_point()> now_;
    Mutex mutex_;
    std::map<int, std::shared_ptr<Entry>> entries_ CROQUIS_GUARDED_BY(mutex_);
};

}  // namespace croquis::service
