#pragma once

#include <optional>
#include <vector>

#include "store/tagging.h"
#include "store/transfer.h"

/// What an import comes to, decided alike over both databases.
namespace croquis::store {

/// The id that a drawing has in a project where the one that it brings is another drawing's: of the
/// same moment, and always the same.
Uuid id_beside(const Uuid& taken, int project);

/// What is written down of a drawing's tag when it is stored: its second version.
TagWrite imported_tag(const DrawingImport& drawing);

/// What an import of a drawing that is there comes to. Errors: conflict.
Result<ImportOutcome> reimport(const Drawing& there, const std::vector<TagEvent>& events,
                               const DrawingImport& again);

/// What is written down where reimport() says disputed.
TagWrite disputed_tag(const Drawing& there, const ImportedTag& other);

}  // namespace croquis::store
