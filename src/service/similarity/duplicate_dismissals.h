#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "core/error.h"
#include "store/store.h"

/// Drawings that are nearly the same, and no duplicates as people say who looked at them.
namespace croquis::service {

/// What people said so of in a project. A group is around one drawing, which the others are nearly
/// the same as: what somebody saw beside that one is settled, whether all at once or one after the
/// other. With a drawing that nobody saw beside it, as one that came since, the others are told
/// again; that two were each seen beside a third says nothing of the two. A drawing that is gone
/// leaves the rest dismissed.
class DismissedDuplicates {
  public:
    /// The newest most_dismissals. Errors: those of the store.
    static Result<DismissedDuplicates> of(store::Store& store, int project);

    /// Whether each of the others was dismissed together with the first drawing.
    [[nodiscard]] bool settle(const Uuid& first, const std::vector<Uuid>& others) const;

  private:
    std::vector<store::DuplicateDismissal> dismissals_;
    std::multimap<Uuid, std::size_t> places_;  ///< of the dismissals that have a drawing
};

/// Drawings of a group that are listed.
inline constexpr std::size_t most_of_duplicates = 24;
/// Dismissals that are heeded and looked through, the newest.
inline constexpr std::size_t most_dismissals = 10'000;
/// Dismissals that can be listed.
inline constexpr std::size_t most_listed_dismissals = 50;

struct DismissedGroup {
    store::DuplicateDismissal dismissal;
    std::vector<store::Drawing> drawings;  ///< those that are shown, at most most_of_duplicates
};

/// The newest first, without those of which fewer than two drawings are shown. Blocks. Errors:
/// invalid (limit: 1 to most_listed_dismissals); those of the store.
Result<std::vector<DismissedGroup>> dismissed_groups(store::Store& store, int project,
                                                     std::size_t limit);

/// Says that these drawings, in whichever order, are no duplicates. Blocks. Errors: those of
/// DuplicateStore.
Result<store::DuplicateDismissal> dismiss_duplicates(store::Store& store, int project,
                                                     std::vector<Uuid> drawings,
                                                     const store::Author& by);
/// Takes that back. Blocks. Errors: those of DuplicateStore.
Result<void> restore_duplicates(store::Store& store, const Uuid& dismissal, int project,
                                const store::Author& by);

}  // namespace croquis::service
