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

/// What was said of a drawing last and was not taken back.
std::optional<Said> said_last(const std::vector<TagEvent>& events);

/// What an import of a drawing that is there comes to, and what is written down of it, if anything.
struct Reimport {
    ImportOutcome outcome = ImportOutcome::there_already;
    std::optional<TagWrite> write = {};
};

/// The events are those of the drawing where may_write(), else they are not looked at. Errors:
/// conflict.
Result<Reimport> reimport(const Drawing& there, const std::vector<TagEvent>& events,
                          const DrawingImport& again);

/// Whether reimport() may have something to write down, so that nobody else may meanwhile.
bool may_write(const Drawing& there, const DrawingImport& again);

}  // namespace croquis::store
