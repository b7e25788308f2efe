#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/error.h"
#include "store/model.h"

namespace croquis::store {

/// Drawings that a dismissal may have, at most: as many as are compared with each other.
inline constexpr std::size_t most_dismissed = 5'000;

/// That drawings which are nearly the same are no duplicates, as somebody says who looked.
struct DuplicateDismissal {
    Uuid id = Uuid::v7();  ///< of the moment
    int project = shapes_project;
    std::vector<Uuid> drawings;  ///< two to most_dismissed; in order, each once
    /// Without an id the operator. The store tells none where there is no such account any more.
    std::optional<Author> by = {};
};

/// What people say of drawings that are nearly the same. Thread-safe, as Store says.
class DuplicateStore {
  public:
    /// Writes it down, or finds the one of the project that has the same drawings. Errors: invalid
    /// ("drawings"); not_found where one of them is not in the project, or was deleted.
    virtual Result<DuplicateDismissal> dismiss_duplicates(const DuplicateDismissal& dismissal) = 0;
    /// The newest first. Errors: invalid (limit: 1 to 10000).
    virtual Result<std::vector<DuplicateDismissal>> duplicate_dismissals(int project,
                                                                         std::size_t limit) = 0;
    /// Takes a dismissal back. Errors: not_found.
    virtual Result<void> restore_duplicates(const Uuid& id, int project, const Author& by) = 0;

  protected:
    ~DuplicateStore() = default;
};

}  // namespace croquis::store
