#pragma once

#include <memory>
#include <string>

#include "core/hang_up.h"

namespace croquis::recognition {

/// Who waits for a drawing to be recognised.
struct Asker {
    /// What the client's share is counted by; empty for the program itself, which has no limit of
    /// its own.
    std::string client = {};
    std::shared_ptr<const HangUp> hang_up = nullptr;  ///< null where nobody can hang up

    [[nodiscard]] bool has_gone() const { return hang_up && hang_up->happened(); }
};

}  // namespace croquis::recognition
