#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "service/similarity/duplicate_dismissals.h"
#include "service/similarity/found_board.h"
#include "store/store.h"

/// Drawings that are nearly the same.
namespace croquis::service {

/// Drawings that are compared with each other, the newest that are shown: the time grows with their
/// square.
inline constexpr std::size_t most_duplicates_among = 5'000;
static_assert(most_duplicates_among <= store::most_dismissed, "any group can be dismissed");
/// Groups that can be listed.
inline constexpr std::size_t most_duplicate_groups = 50;
// What is nearly the same, by measurement:
// docs/decisions/2026-11-27-what-is-nearly-the-same.md.
/// Drawings whose embeddings are at least so similar may be …
inline constexpr float least_alike_to_network = 0.95F;
/// … and are, where their pictures, blurred (learning::blurred), are so similar.
inline constexpr float least_alike_as_pictures = 0.97F;
/// Where a picture is not looked at, the embeddings must be so similar.
inline constexpr float least_alike_unseen = 0.99F;
/// Pictures are looked at as long as they have no more pixels than that together.
inline constexpr std::int64_t most_duplicate_pixels = 1'000'000'000;

struct Duplicate {
    store::Drawing drawing;
    float similarity = 1;  ///< of its embedding to that of the group's oldest
};

struct DuplicateGroup {
    /// The oldest first, then the most similar to it; at most most_of_duplicates.
    std::vector<Duplicate> drawings;
    std::vector<Uuid> others;   ///< those that are not listed
    std::size_t size = 0;       ///< drawings in it, these and those
    bool same_picture = false;  ///< all of them are one file
    /// What people say that its drawings are, and how many drawings: the most first.
    std::vector<std::pair<std::string, std::size_t>> tags;
    std::size_t learning = 0;  ///< reviewed drawings of it that models learn from
    std::size_t judging = 0;   ///< and those that judge models (store::judges)

    [[nodiscard]] bool contradicts() const { return tags.size() > 1; }
    /// A drawing that judges is nearly the same as one that models learn from: what knows the one
    /// by heart is right about the other.
    [[nodiscard]] bool crosses() const { return learning > 0 && judging > 0; }
};

struct Duplicates {
    Timestamp as_of;                ///< when they were looked for
    std::size_t looked_at = 0;      ///< drawings that were compared
    std::size_t groups = 0;         ///< that were found, also those that are not listed
    std::size_t drawings = 0;       ///< in all of these
    std::size_t contradicting = 0;  ///< groups that people gave different tags
    std::size_t crossing = 0;       ///< groups of which some judge and some are learnt from
    std::size_t judging = 0;        ///< reviewed drawings that judge, in those
    std::size_t dismissed = 0;      ///< groups beside these of which people say that they are none
    /// Those that contradict themselves first, then the largest.
    std::vector<DuplicateGroup> listed;
};

/// A group without its drawings, and what was found without its groups, as the contract has them.
boost::json::object summary_of(const DuplicateGroup& group);
boost::json::object summary_of(const Duplicates& duplicates);
/// As the command line shows them: of drawings, brief_of() each, with its similarity.
boost::json::object to_json(const Duplicates& duplicates);

/// The near duplicates of projects, told again as FoundBoard says while nobody draws or reviews
/// anything. Of the groups that are listed, what was tagged, hidden or deleted meanwhile is known
/// at once, and so is what was dismissed. Thread-safe.
class DuplicateBoard {
  public:
    /// A drawing of a group, as far as it matters to the others.
    struct Member {
        Uuid drawing;
        float similarity = 1;
        Sha256 sha256{};
        std::string tag;
        bool reviewed = false;
    };
    /// The oldest first, then the most similar to it.
    using Group = std::vector<Member>;
    struct Found {
        Timestamp as_of;
        std::size_t looked_at = 0;
        std::vector<Group> groups;
    };
    using Clock = FoundBoard<Found>::Clock;

    /// `now` is asked for the time; thread-safe.
    explicit DuplicateBoard(std::function<Clock::time_point()> now = Clock::now)
        : board_(std::move(now)) {}

    /// Compares files by their digests, stored embeddings of the trunk, and then pictures. Blocks.
    /// Errors:
    /// invalid (limit: 1 to most_duplicate_groups); those of the store.
    Result<Duplicates> of(store::Store& store, int project, const std::string& trunk,
                          std::size_t limit);

  private:
    FoundBoard<Found> board_;
};

}  // namespace croquis::service
