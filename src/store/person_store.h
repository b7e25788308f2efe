#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "store/model.h"

namespace croquis::store {

/// Stands in histories where the name of a person was, who is to be forgotten. No account can have
/// it.
inline constexpr std::string_view forgotten_name = "[erased]";

/// A stretch of what is kept of a person, by the drawing's id.
struct PersonQuery {
    std::string pseudonym;
    Uuid after{};
    std::size_t limit = 200;  ///< 1 to 1000
};

/// Something that a person said of a drawing.
struct SaidOf {
    Uuid drawing;
    TagEvent event;
};

/// What is kept of a person who is known by a name alone: who drew under it, or whose word came
/// with imported drawings, or whose account is gone. What somebody with an account did is that
/// account's. Thread-safe, as Store says.
class PersonStore {
  public:
    /// Drawings of every project, hidden ones included, that were drawn under the pseudonym.
    virtual Result<std::vector<Drawing>> drawings_drawn_by(const PersonQuery& query) = 0;
    /// Events in whole histories: those of up to `limit` drawings.
    virtual Result<std::vector<SaidOf>> said_by(const PersonQuery& query) = 0;
    /// Puts forgotten_name in the place of the name in the histories of these drawings, and takes
    /// the words away; what was said stays. Returns how many events that were.
    virtual Result<std::size_t> forget_name(const std::string& name,
                                            const std::vector<Uuid>& drawings) = 0;

  protected:
    ~PersonStore() = default;
};

}  // namespace croquis::store
