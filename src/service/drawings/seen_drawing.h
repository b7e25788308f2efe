#pragma once

#include <cstddef>

#include "core/error.h"
#include "core/uuid.h"
#include "identity/identity.h"
#include "store/model.h"

/// What changes of drawings are told of: which drawings, as whom.
namespace croquis::service {

/// Drawings changed in one request.
inline constexpr std::size_t max_at_once = 200;

/// A drawing and the version of it that the person saw.
struct SeenDrawing {
    Uuid id;
    int version = 0;
};

/// Errors: invalid ("drawings") where they are not 1 to max_at_once.
Result<void> check_count(std::size_t drawings);

store::Author author_of(identity::Principal who);

}  // namespace croquis::service
