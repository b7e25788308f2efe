#include "store/transfer.h"

#include "store/records.h"

namespace croquis::store {

std::optional<TagEventKind> word_from(std::string_view text) {
    for (const auto kind : {TagEventKind::accepted, TagEventKind::corrected, TagEventKind::imported,
                            TagEventKind::adjudicated, TagEventKind::merged, TagEventKind::opinion})
        if (to_string(kind) == text) return kind;
    return std::nullopt;
}

ImportKey key_of(const DrawingImport& import) {
    const auto& submission = import.submission;
    ImportKey key{submission.project, std::nullopt, submission.external_id.value_or("")};
    if (import.known_by_id) key.id = submission.id;
    return key;
}

Error deleted_before() {
    return {ErrorKind::conflict,
            "This drawing was deleted here for good: importing it does not bring it back.",
            "deleted"};
}

}  // namespace croquis::store
