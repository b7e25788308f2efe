#include "store/transfer.h"

#include "core/digest.h"
#include "store/postgres/transfer.h"
#include "store/sqlite/transfer.h"
#include "store/sqlite_url.h"
#include "store/transfer_rules.h"

namespace croquis::store {
namespace {

TagEvent event_at(int version, TagEventKind kind, const ImportedTag& by) {
    TagEvent event;
    event.kind = kind;
    event.by = by.by;
    event.by_id = by.by_id;
    event.at = by.at;
    event.version = version;
    return event;
}

}  // namespace

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

Uuid id_beside(const Uuid& taken, int project) {
    constexpr std::size_t of_time = 8;  // with the version; then come the variant and the rest
    Uuid id = taken;
    const auto digest = sha256(as_bytes(to_string(taken) + " in " + std::to_string(project)));
    for (std::size_t i = of_time; i < id.bytes.size(); ++i) id.bytes[i] = digest[i];
    id.bytes[of_time] = static_cast<std::uint8_t>((id.bytes[of_time] & 0x3fU) | 0x80U);
    return id;
}

TagWrite imported_tag(const DrawingImport& import) {
    const ImportedTag& tag = *import.tag;
    TagWrite write{first_drawing(import.submission), event_at(2, TagEventKind::imported, tag)};
    write.event.from = write.drawing.tag;
    write.event.to = tag.to;
    write.drawing.tag = tag.to;
    write.drawing.version = write.event.version;
    write.drawing.tagged_by = tag.by;
    write.drawing.tagged_by_id = tag.by_id;
    write.drawing.tagged_at = tag.at;
    write.drawing.basis = Basis::own;
    return write;
}

Result<ImportOutcome> reimport(const Drawing& there, const std::vector<TagEvent>& events,
                               const DrawingImport& again) {
    if (there.visibility == Visibility::deleted) return deleted_before();
    if (there.sha256 != again.submission.sha256)
        return Error{ErrorKind::conflict, "Another picture is stored under this id.",
                     again.known_by_id ? "id" : "external_id"};
    const bool only_imported = !events.empty() && events.back().kind == TagEventKind::imported;
    const bool disputes = again.tag && only_imported && again.tag->to != there.tag;
    return disputes ? ImportOutcome::disputed : ImportOutcome::there_already;
}

TagWrite disputed_tag(const Drawing& there, const ImportedTag& other) {
    TagWrite write{there, event_at(there.version + 1, TagEventKind::undone, other)};
    write.event.from = there.tag;
    write.event.to = there.prediction.tag;
    write.event.note = "imported as " + there.tag + " and as " + other.to;
    write.event.undoes = there.version;
    write.drawing.tag = there.prediction.tag;
    write.drawing.version = write.event.version;
    write.drawing.tagged_by.reset();
    write.drawing.tagged_by_id.reset();
    write.drawing.tagged_at.reset();
    write.drawing.basis.reset();
    return write;
}

Result<std::unique_ptr<Transfer>> open_transfer(const std::string& url) {
    try {
        if (url.starts_with(sqlite_scheme))
            return sqlite::open_transfer(url.substr(sqlite_scheme.size()));
        return postgres::open_transfer(url);
    } catch (const Failure& failure) {
        // Whoever starts the program needs to know why.
        Error error = failure.error();
        error.detail = in_full(failure);
        return error;
    }
}

}  // namespace croquis::store
