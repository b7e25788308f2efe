#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "service/similarity/found_board.h"
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

/// Of those that can be listed.
inline constexpr std::size_t most_suspects_listed = 200;

/// Reviewed drawings looked at for mistakes, the newest: the time grows with their square.
inline constexpr std::size_t most_suspects_among = 4'000;

/// The likely mistakes of projects, told again as FoundBoard says while nobody reviews anything.
/// What was confirmed or got another tag meanwhile is left out at once. Thread-safe.
class SuspectBoard {
  public:
    /// A drawing that may be a mistake, as long as it has this tag and nobody confirms it.
    struct Suspicion {
        Uuid drawing;
        std::string tag;
        std::string suggested;
        float suggest = 0;
        float given = 0;
    };
    using Suspicions = std::vector<Suspicion>;
    using Clock = FoundBoard<Suspicions>::Clock;

    /// `now` is asked for the time; thread-safe.
    explicit SuspectBoard(std::function<Clock::time_point()> now = Clock::now)
        : board_(std::move(now)) {}

    /// The likeliest first, without those whose tag somebody confirmed on a second look. Reads
    /// stored embeddings of the trunk alone. Blocks. Errors: invalid (limit: 1 to 200); those of
    /// the store.
    Result<std::vector<SuspectedMistake>> of(store::Store& store, int project,
                                             const std::string& trunk, std::size_t limit);

  private:
    FoundBoard<Suspicions> board_;
};

/// As the command line shows them: brief_of() each, with what is suggested.
boost::json::object to_json(const std::vector<SuspectedMistake>& mistakes);

}  // namespace croquis::service
